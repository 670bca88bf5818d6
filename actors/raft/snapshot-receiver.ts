import type { Body, Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { LoggedCommand, Raft } from './core/raft.ts';
import type { Position, Restoring, SnapshotRecord, StateMachine } from './state-machine.ts';

/**
 * The receiving end of a snapshot's transfer: the follower builds the new state beside its old one and switches over
 * with the last synced batch.
 */

export interface SnapshotReceiver {
  receive(from: NodeId, body: Body<'raft.snapshot'>): void;
}

export function createSnapshotReceiver<Result, Change>(options: {
  store: Store;
  mesh: Mesh;
  raft: Raft;
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
  const { store, mesh, raft, fail } = options;
  type Filling = Restoring<StateMachine<LoggedCommand, Result, Change>>;
  let receiving: { transfer: string; next: number; restoring: Filling } | undefined;

  function answer(to: NodeId, body: Body<'raft.snapshot'>, ok: boolean): void {
    const { transfer, chunk } = body;
    mesh.tell(to, 'raft.snapshotted', { term: raft.term, transfer, chunk, ok });
  }

  function clearPrefix(prefix: string): Promise<void> {
    return store.clear({ gte: prefix, lt: `${prefix}\uffff` });
  }

  function accept(from: NodeId, body: Body<'raft.snapshot'>, restoring: Filling): void {
    if (receiving?.restoring !== restoring) return;
    const { amends, records } = body;
    const operations = amends ? restoring.amend(records) : restoring.accept(records.filter(isPresent));
    if (body.done) complete(from, body, restoring, operations);
    else options.save(operations, () => answer(from, body, true));
  }

  function complete(
    from: NodeId,
    body: Body<'raft.snapshot'>,
    restoring: Filling,
    operations: StoreOperation[],
  ): void {
    receiving = undefined;
    // The log may have overtaken the snapshot while it was on its way; then it would lead back.
    const position = { index: body.index, term: body.lastTerm, sum: body.sum };
    const finished = body.index > raft.commit ? restoring.finish(position, body.digest) : undefined;
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

  function begin(from: NodeId, body: Body<'raft.snapshot'>): void {
    if (receiving?.transfer === body.transfer) return;
    const restoring = options.state().restore();
    receiving = { transfer: body.transfer, next: 1, restoring };
    // An abandoned transfer's last records may still be on their way to the same place: clear behind them.
    options.save([], () => {
      clearPrefix(restoring.prefix).then(() => accept(from, body, restoring), fail);
    });
  }

  return {
    receive(from, body) {
      if (body.index <= raft.commit) answer(from, body, false);
      else if (body.chunk === 0) begin(from, body);
      else if (receiving?.transfer === body.transfer && receiving.next === body.chunk) {
        receiving.next++;
        accept(from, body, receiving.restoring);
      }
    },
  };
}

function isPresent(record: SnapshotRecord): record is [string, string] {
  return record[1] !== null;
}
