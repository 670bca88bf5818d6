import type { GatewayService, Served } from '../../gateway/service.ts';
import type { Book, BookId } from '../../runtime/domain.ts';
import { asBazarError } from '../../runtime/errors.ts';
import type { Invariants } from './invariants.ts';
import type { World } from './world.ts';

/**
 * What clients were told of how new the store is, which their reads bring along through whichever gateway, as the client
 * library does it. Invariant: no such read shows a book as it was before that version, and no version that was told is
 * unknown to the store.
 */
export interface CarriedVersions {
  /** What a gateway has answered, and the version that it says beside it. */
  noting<T>(client: string, service: GatewayService, answer: Promise<T>): Promise<T>;
  /** Reads as of what the client was told before. */
  read(asks: Asks, service: GatewayService, look: Look): Promise<Served<Book | null>>;
}

interface Asks {
  readonly op: string;
  readonly client: string;
  readonly via: string;
  readonly book: BookId;
}

type Look = (service: GatewayService) => Promise<Served<Book | null>>;

export function createCarriedVersions(
  { complaints }: Pick<World, 'complaints'>,
  invariants: Pick<Invariants, 'versionAsOf'>,
): CarriedVersions {
  const told = new Map<string, number>();
  const toldTo = (client: string) => told.get(client) ?? 0;

  function note(client: string, service: GatewayService, asOf = 0): void {
    told.set(client, Math.max(toldTo(client), service.version() ?? 0, asOf));
  }

  return {
    async noting(client, service, answer) {
      const value = await answer;
      note(client, service);
      return value;
    },
    async read({ op, client, via, book }, service, look) {
      const least = toldTo(client);
      if (least > service.reached()) {
        await service.reach(least).catch((error) => {
          if (asBazarError(error).code === 'version-unknown')
            complaints.push(`${op}: ${via} does not know version ${least}, which a gateway told`);
          throw error;
        });
      }
      const served = await look(service);
      const newest = invariants.versionAsOf(book, least);
      if (served.version < newest) {
        complaints.push(
          `${op}: ${via} shows version ${served.version} of book ${book} to who was told ${least}, when it was at ${newest}`,
        );
      }
      note(client, service, served.asOf);
      return served;
    },
  };
}
