import type { Body, Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { Position, Restoring, SnapshotRecord, StateMachine } from './state-machine.ts';

/**
 * The receiving end of a snapshot's transfer: the replica builds the new state beside its old one and switches over
 * with the last synced batch. It checks a chunk while those before it are being written.
 */

export interface SnapshotReceiver {
  receive(from: NodeId, body: Body<'raft.snapshot'>): void;
}

export function createSnapshotReceiver<Result, Change>(options: {
  store: Store;
  mesh: Mesh;
  /** That of the receiver; 0 where there are no terms. */
  term: () => number;
  /** What is known to be committed here: an older state is of no use. */
  commit: () => number;
  state: () => StateMachine<LoggedCommand, Result, Change>;
  /** Puts operations into the next synced batch; `then` runs once they are durable. */
  save: (operations: StoreOperation[], then: () => void) => void;
  /** Makes the finished state the replica's own, the same batch making it the one that a restart loads. */
  install: (
    state: StateMachine<LoggedCommand, Result, Change>,
    position: Position,
    switchOver: StoreOperation[],
  ) => void;
  fail: (error: unknown) => void;
}): SnapshotReceiver {
  const { store, mesh, commit, fail } = options;
  type Transfer = Receiving<StateMachine<LoggedCommand, Result, Change>>;
  let receiving: Transfer | undefined;

  function answer(to: NodeId, body: Body<'raft.snapshot'>, ok: boolean): void {
    const { transfer, chunk } = body;
    mesh.tell(to, 'raft.snapshotted', { term: options.term(), transfer, chunk, ok });
  }

  function clearPrefix(prefix: string): Promise<void> {
    return store.clear({ gte: prefix, lt: `${prefix}\uffff` });
  }

  /** Takes in what waits, in order. Records that amend others find them only where these are durable. */
  function proceed(own: Transfer): void {
    while (own === receiving && own.isCleared) {
      const [first] = own.waiting;
      if (first === undefined || (first.body.amends && own.beingWritten > 0)) return;
      own.waiting.shift();
      accept(own, first);
    }
  }

  function accept(own: Transfer, { from, body }: Chunk): void {
    const { amends, records } = body;
    const operations = amends
      ? own.restoring.amend(records)
      : own.restoring.accept(records.filter(isPresent));
    if (body.done) {
      complete(from, body, own.restoring, operations);
      return;
    }
    own.beingWritten++;
    options.save(operations, () => {
      own.beingWritten--;
      answer(from, body, true);
      proceed(own);
    });
  }

  function complete(
    from: NodeId,
    body: Body<'raft.snapshot'>,
    restoring: Transfer['restoring'],
    operations: StoreOperation[],
  ): void {
    receiving = undefined;
    // The log may have overtaken the snapshot while it was on its way; then it would lead back.
    const { index, lastTerm: term, sum, place } = body;
    const position: Position = place ? { index, term, sum, place } : { index, term, sum };
    const finished = index > commit() ? restoring.finish(position, body) : undefined;
    if (finished === undefined) {
      answer(from, body, false);
      return;
    }
    const old = options.state().prefix;
    options.save(operations, () => {
      answer(from, body, true);
      clearPrefix(old).catch(fail);
    });
    options.install(finished.state, position, finished.switchOver);
  }

  function begin(body: Body<'raft.snapshot'>): void {
    const restoring = options.state().restore();
    const own: Transfer = {
      transfer: body.transfer,
      restoring,
      next: 0,
      waiting: [],
      isCleared: false,
      beingWritten: 0,
    };
    receiving = own;
    // An abandoned transfer's last records may still be on their way to the same place: clear behind them.
    options.save([], () => {
      clearPrefix(restoring.prefix).then(() => {
        own.isCleared = true;
        proceed(own);
      }, fail);
    });
  }

  return {
    receive(from, body) {
      if (body.index <= commit()) {
        answer(from, body, false);
        return;
      }
      if (body.chunk === 0 && receiving?.transfer !== body.transfer) begin(body);
      if (receiving?.transfer !== body.transfer || receiving.next !== body.chunk) return;
      receiving.next++;
      receiving.waiting.push({ from, body });
      proceed(receiving);
    },
  };
}

interface Chunk {
  readonly from: NodeId;
  readonly body: Body<'raft.snapshot'>;
}

/** A transfer that is under way. Its sender is at most `snapshotChunksInFlight` chunks ahead of what is durable here. */
interface Receiving<State> {
  readonly transfer: string;
  readonly restoring: Restoring<State>;
  /** The number of the chunk that comes next. */
  next: number;
  readonly waiting: Chunk[];
  /** Nothing of an earlier transfer is left in its place. */
  isCleared: boolean;
  /** Chunks that are not durable yet. */
  beingWritten: number;
}

function isPresent(record: SnapshotRecord): record is [string, string] {
  return record[1] !== null;
}
