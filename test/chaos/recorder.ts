import { systemClock } from '../../runtime/clock.ts';
import { asBazarError } from '../../runtime/errors.ts';
import type { Line } from '../checkers/history.ts';
import type { StoreClient, Told, WriteRequest } from './clients.ts';

/** Records each request of a buyer and its answer, as it happens. */
export interface Recorder {
  /** Asks once, through that client. */
  write(client: string, storeClient: StoreClient, request: WriteRequest): Promise<Told>;
  /** Resolves to the price that was shown, if there was an answer. */
  read(client: string, storeClient: StoreClient, book: number, strong: boolean): Promise<number | undefined>;
  /** When the last answer came that left its asker in doubt. */
  readonly doubtfulAt: number;
}

/** Takes each finished operation; resolves when there is room for the next. */
export type RecordLine = (line: Line, isReplay: boolean) => Promise<void>;

/** There is one gateway. It keeps its promises across its own deaths. */
const VIA = 'gateway-1';

/** `paid`: purchases are paid for, and so are held first. */
export function createRecorder(record: RecordLine, paid = false): Recorder {
  const now = () => systemClock.monotonic();
  let operations = 0;
  let doubtfulAt = 0;

  function asked(client: string) {
    operations += 1;
    return { op: `${operations}`, client, via: VIA, start: now() };
  }

  return {
    async write(client, storeClient, request) {
      const isPaid = paid && request.kind === 'purchase';
      const line = { ...request, ...(isPaid && { kind: 'hold', paid }), ...asked(client) };
      const told = await storeClient.write(request);
      const end = now();
      const { replayed = false, ...answer } = told;
      if (told.outcome === 'unknown') doubtfulAt = end;
      await record({ ...line, ...answer, end: told.outcome === 'unknown' ? null : end } as Line, replayed);
      return told;
    },
    async read(client, storeClient, book, strong) {
      const consistency = strong ? ('strong' as const) : ('default' as const);
      const line = { kind: 'read' as const, ...asked(client), book, consistency };
      try {
        const shown = await storeClient.read(book, strong);
        await record({ ...line, ...shown, end: now(), outcome: 'ok' }, false);
        return shown.price;
      } catch (error) {
        if (asBazarError(error).code === 'unknown-book') throw error;
        await record({ ...line, end: now(), outcome: 'none' }, false);
        return undefined;
      }
    },
    get doubtfulAt() {
      return doubtfulAt;
    },
  };
}
