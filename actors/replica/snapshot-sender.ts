import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Body, Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Random } from '../../runtime/random.ts';
import { recordPieces } from '../../runtime/record-pieces.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { SnapshotRecord, StateMachine } from './state-machine.ts';

/**
 * The transfer of a snapshot (Ongaro and Ousterhout, section 7): the applied state as it lies on disk, chunk by chunk, each
 * acknowledged when it is durable at the other end. A few are under way at once, so that one is checked there while
 * another is written and the next is read here. First comes everything, by one iteration. What changed meanwhile
 * comes after it, until the rest fits into one chunk, which is read while no batch is under way: what the other
 * has then is the state at that moment. So a transfer ends if the follower writes records faster than the store
 * changes them, however much is committed while it lasts; the log need only reach back to the last chunk.
 */

/** Records per read from the disk. */
const PAGE_RECORDS = 500;

interface Sending {
  readonly transfer: string;
  /** Keys of records that batches have taken since the transfer began, and that are to be sent again. */
  readonly changed: Set<string>;
  /** Chunks sent so far, and those of them that are durable at the other end. */
  sent: number;
  durable: number;
  quietTicks: number;
  isGivenUp: boolean;
  /** Ends the wait for an acknowledgement, or for being given up. */
  wake: () => void;
}

type Piece = Pick<Body<'raft.snapshot'>, 'records' | 'amends' | 'done'>;
type SnapshotPlace = NonNullable<ReturnType<StateMachine['readPersisted']>>;

export interface SnapshotSender {
  start(to: NodeId): void;
  stop(to: NodeId): void;
  stopAll(): void;
  acknowledge(from: NodeId, answer: Body<'raft.snapshotted'>): void;
  /** A batch takes these effects: what a transfer has sent of them already is out of date. */
  noteEffects(effects: readonly StoreOperation[]): void;
  /** One tick of the replica: a transfer without progress for too long is given up. */
  tick(): void;
  /** A transfer is under way. */
  readonly isBusy: boolean;
}

export function createSnapshotSender(options: {
  store: Store;
  mesh: Mesh;
  limits: Limits;
  /** That of the sender; 0 where there are no terms. */
  term: () => number;
  random: Random;
  state: () => StateMachine;
  /** Runs `then` while no batch is under way. */
  atRest: (then: () => void) => void;
  /** The other has all, up to `index`. */
  delivered: (to: NodeId, index: number) => void;
  /** The transfer has ended before its end. */
  failed: (to: NodeId) => void;
  fail: (error: unknown) => void;
}): SnapshotSender {
  const { store, mesh, limits, random } = options;
  const { snapshotChunkBytes, snapshotChunkRecords, snapshotChunksInFlight, maxChangedRecords } = limits;
  const sendings = new Map<NodeId, Sending>();

  function atRest<T>(look: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      options.atRest(() => {
        try {
          resolve(look());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  async function send(to: NodeId, sending: Sending): Promise<number> {
    // The batch under way was taken before changes were noted; it must be among what the iteration shows.
    const begin = await atRest(() => readPlace());
    const { prefix } = options.state();
    const pages = store.pages({ gte: prefix, lt: `${prefix}\uffff` }, PAGE_RECORDS);
    for await (const records of recordPieces(pages, prefix, limits)) {
      await underWay(sending, snapshotChunksInFlight - 1);
      sendPiece(to, sending, begin, { records, amends: false, done: false });
    }
    for (;;) {
      await underWay(sending, snapshotChunksInFlight - 1);
      const { place, piece } = await atRest(() => {
        const next = takeChanged(sending, prefix);
        return { piece: next, place: next.done ? readPlace() : begin };
      });
      sendPiece(to, sending, place, piece);
      if (!piece.done) continue;
      await underWay(sending, 0);
      return place.position.index;
    }
  }

  /** Resolves when at most so many chunks are not acknowledged yet; rejects when the transfer is given up. */
  async function underWay(sending: Sending, most: number): Promise<void> {
    while (!sending.isGivenUp && sending.sent - sending.durable > most) {
      await new Promise<void>((resolve) => {
        sending.wake = resolve;
      });
    }
    if (sending.isGivenUp) throw new BazarError('link-lost');
  }

  function readPlace(): SnapshotPlace {
    const place = options.state().readPersisted(store);
    if (place === undefined) throw new BazarError('internal', 'there is no applied state to send');
    return place;
  }

  function sendPiece(to: NodeId, sending: Sending, { position, ...sums }: SnapshotPlace, piece: Piece): void {
    if (sending.isGivenUp) throw new BazarError('link-lost');
    const { index, term: lastTerm, sum, place } = position;
    const { transfer, sent: chunk } = sending;
    sending.sent++;
    sending.quietTicks = 0;
    const term = options.term();
    mesh.tell(to, 'raft.snapshot', { transfer, index, lastTerm, ...sums, term, sum, place, chunk, ...piece });
  }

  /** As many of the changed records as one chunk carries, as they are on the disk now. */
  function takeChanged({ changed }: Sending, prefix: string): Piece {
    if (changed.size > maxChangedRecords) throw new BazarError('overloaded');
    const records: SnapshotRecord[] = [];
    let bytes = 0;
    for (const key of changed) {
      if (bytes >= snapshotChunkBytes || records.length >= snapshotChunkRecords) break;
      changed.delete(key);
      const value = store.get(key) ?? null;
      records.push([key.slice(prefix.length), value]);
      bytes += key.length + (value?.length ?? 0);
    }
    return { records: records as Piece['records'], amends: true, done: changed.size === 0 };
  }

  function finish(to: NodeId, sending: Sending, then: () => void): void {
    if (sendings.get(to) !== sending) return;
    sendings.delete(to);
    then();
  }

  function stop(to: NodeId): void {
    const sending = sendings.get(to);
    if (sending === undefined) return;
    sendings.delete(to);
    giveUp(sending);
  }

  function giveUp(sending: Sending): void {
    sending.isGivenUp = true;
    sending.wake();
  }

  return {
    start(to) {
      stop(to);
      const sending = {
        transfer: random.id(),
        changed: new Set<string>(),
        sent: 0,
        durable: 0,
        quietTicks: 0,
        isGivenUp: false,
        wake() {},
      };
      sendings.set(to, sending);
      send(to, sending).then(
        (index) => finish(to, sending, () => options.delivered(to, index)),
        (error) => {
          if (error instanceof BazarError) finish(to, sending, () => options.failed(to));
          else options.fail(error);
        },
      );
    },
    stop,
    stopAll() {
      for (const to of [...sendings.keys()]) stop(to);
    },
    acknowledge(from, answer) {
      const sending = sendings.get(from);
      if (sending?.transfer !== answer.transfer) return;
      sending.quietTicks = 0;
      if (!answer.ok) return giveUp(sending);
      // They become durable in their order, so the last acknowledgement counts for those before it.
      sending.durable = Math.min(Math.max(sending.durable, answer.chunk + 1), sending.sent);
      sending.wake();
    },
    noteEffects(effects) {
      for (const { changed } of sendings.values()) {
        // One more than may be, so that the next chunk finds that there are too many.
        for (const { key } of effects) if (changed.size <= maxChangedRecords) changed.add(key);
      }
    },
    tick() {
      for (const sending of sendings.values()) {
        if (++sending.quietTicks > limits.snapshotTicks) giveUp(sending);
      }
    },
    get isBusy() {
      return sendings.size > 0;
    },
  };
}
