import type { Book, BookId } from '../../runtime/domain.ts';
import type { GatewayService, Served } from '../service.ts';
import type { Views } from './views.ts';

/**
 * Books that the gateway's memory can show now, as the text of their answers. A text is made once for each state of a
 * book and lives as long as the memory keeps that state.
 */
export interface HeldBooks {
  find(id: BookId): { readonly text: string; readonly served: Served<Book> } | undefined;
}

export function createHeldBooks(service: Pick<GatewayService, 'heldBook'>, views: Views): HeldBooks {
  const texts = new WeakMap<Book, string>();
  return {
    find(id) {
      const served = service.heldBook(id);
      if (!served) return undefined;
      let text = texts.get(served.value);
      if (text === undefined) {
        text = JSON.stringify(views.book(served.value));
        texts.set(served.value, text);
      }
      return { text, served };
    },
  };
}
