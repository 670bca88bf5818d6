import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Body, Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Random } from '../../runtime/random.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { LoggedCommand, Raft, ReplicaEvent } from './core/raft.ts';
import type { Position, Restoring, StateMachine } from './state-machine.ts';

/**
 * The transfer of a snapshot: the applied state as it lies on disk, read by one consistent iteration, chunk by chunk,
 * each acknowledged when it is durable at the other end (Raft, section 7). The follower builds it beside its old
 * state and switches over with the last synced batch.
 */

type Chunk = Pick<Body<'raft.snapshot'>, 'records' | 'done'>;

interface Sending {
  readonly transfer: string;
  chunk: number;
  quietTicks: number;
  /** Settles the wait for the present chunk: durable there, or given up. */
  answered: (ok: boolean) => void;
  stopped: boolean;
}

export interface SnapshotSender {
  start(to: NodeId): void;
  stop(to: NodeId): void;
  stopAll(): void;
  acknowledge(from: NodeId, answer: Body<'raft.snapshotted'>): void;
  /** One tick of the replica: a transfer without progress for too long is given up. */
  tick(): void;
}

export function createSnapshotSender(options: {
  store: Store;
  mesh: Mesh;
  raft: Raft;
  random: Random;
  state: () => StateMachine;
  dispatch: (event: ReplicaEvent) => void;
  fail: (error: unknown) => void;
}): SnapshotSender {
  const { store, mesh, raft, random, dispatch } = options;
  const sendings = new Map<NodeId, Sending>();

  async function send(to: NodeId, sending: Sending): Promise<number> {
    const state = options.state();
    const persisted = state.readPersisted(store);
    if (persisted === undefined) throw new BazarError('internal', 'there is no applied state to send');
    const { position, digest } = persisted;
    const header = { transfer: sending.transfer, index: position.index, lastTerm: position.term, digest };
    for await (const { records, done } of chunks(store, state.prefix, raft.limits)) {
      if (sending.stopped) throw new BazarError('link-lost');
      const answer = new Promise<boolean>((resolve) => {
        sending.answered = resolve;
      });
      const { chunk } = sending;
      mesh.tell(to, 'raft.snapshot', {
        ...header,
        term: raft.term,
        sum: position.sum,
        chunk,
        records,
        done,
      });
      if (!(await answer)) throw new BazarError('link-lost');
      sending.chunk++;
    }
    return position.index;
  }

  function finish(to: NodeId, sending: Sending, event: ReplicaEvent): void {
    if (sendings.get(to) !== sending) return;
    sendings.delete(to);
    dispatch(event);
  }

  function stop(to: NodeId): void {
    const sending = sendings.get(to);
    if (sending === undefined) return;
    sendings.delete(to);
    sending.stopped = true;
    sending.answered(false);
  }

  return {
    start(to) {
      stop(to);
      const sending = {
        transfer: random.id(),
        chunk: 0,
        quietTicks: 0,
        answered: () => {},
        stopped: false,
      };
      sendings.set(to, sending);
      send(to, sending).then(
        (index) => finish(to, sending, { type: 'snapshot.delivered', peer: to, index }),
        (error) => {
          if (error instanceof BazarError) finish(to, sending, { type: 'snapshot.failed', peer: to });
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
      if (!answer.ok) sending.answered(false);
      else if (answer.chunk === sending.chunk) sending.answered(true);
    },
    tick() {
      for (const sending of sendings.values()) {
        if (++sending.quietTicks > raft.limits.snapshotTicks) sending.answered(false);
      }
    },
  };
}

/** Records per read from the disk. */
const PAGE_RECORDS = 500;

/**
 * A range cut into pieces, keys without the prefix. A piece ends with the record that reaches a bound; the last
 * one, maybe empty, is done.
 */
async function* chunks(
  store: Store,
  prefix: string,
  { snapshotChunkBytes, snapshotChunkRecords }: Limits,
): AsyncGenerator<Chunk> {
  let records: [string, string][] = [];
  let bytes = 0;
  for await (const page of store.pages({ gte: prefix, lt: `${prefix}\uffff` }, PAGE_RECORDS)) {
    for (const [key, value] of page) {
      records.push([key.slice(prefix.length), value]);
      bytes += key.length + value.length;
      if (bytes < snapshotChunkBytes && records.length < snapshotChunkRecords) continue;
      yield { records, done: false };
      records = [];
      bytes = 0;
    }
  }
  yield { records, done: true };
}

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
    const operations = restoring.accept(body.records);
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
    const finished = body.index > raft.commit ? restoring.finish(body.digest) : undefined;
    if (finished === undefined) {
      answer(from, body, false);
      return;
    }
    const old = options.state().prefix;
    options.save(operations, () => {
      answer(from, body, true);
      clearPrefix(old).catch(fail);
    });
    const position = { index: body.index, term: body.lastTerm, sum: body.sum };
    options.install(finished.state, position, finished.switchOver);
  }

  function begin(from: NodeId, body: Body<'raft.snapshot'>): void {
    if (receiving?.transfer === body.transfer) return;
    const restoring = options.state().restore({ index: body.index, term: body.lastTerm, sum: body.sum });
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
