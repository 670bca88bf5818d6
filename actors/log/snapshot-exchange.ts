import type { NodeId } from '../../runtime/links/mesh.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { StoreOperation } from '../../storage/store.ts';
import type { ReplicaParts } from '../replica/join-log.ts';
import { createSnapshotReceiver } from '../replica/snapshot-receiver.ts';
import { createSnapshotSender } from '../replica/snapshot-sender.ts';
import type { StateMachine } from '../replica/state-machine.ts';
import type { EffectsWriter } from './effects-writer.ts';

/**
 * The state by request: who is further behind than the log reaches back asks the other catalogs, one after the other, and
 * the one that is ahead sends its own. Nobody leads, so nobody else would notice.
 */
export interface SnapshotExchange {
  /** Asks until a state has been installed. */
  want(): void;
  tick(): void;
  /** A batch takes these effects. */
  noteEffects(effects: readonly StoreOperation[]): void;
  /** A state is being sent, or is wanted. */
  readonly isBusy: boolean;
  stop(): void;
}

type State<Result, Change> = StateMachine<LoggedCommand, Result, Change>;

export function createSnapshotExchange<Result, Change>(
  options: Omit<ReplicaParts<Result, Change>, 'state'> & {
    readonly state: () => State<Result, Change>;
    readonly peers: () => readonly NodeId[];
    readonly writer: Pick<EffectsWriter, 'save' | 'atRest'>;
    readonly install: (state: State<Result, Change>) => void;
    readonly happened: (
      kind: 'snapshotSent' | 'snapshotDelivered' | 'snapshotFailed' | 'snapshotArrives' | 'snapshotInstalled',
      facts: object,
    ) => void;
    readonly fail: (error: unknown) => void;
  },
): SnapshotExchange {
  const { mesh, store, limits, logger, random, state, peers, writer, happened, fail } = options;
  const term = () => 0;
  let isWanted = false;
  /** Somebody was there to be asked. */
  let isAsked = false;
  let quietTicks = 0;
  let turn = 0;
  let arrivesFrom: string | undefined;

  const sender = createSnapshotSender({
    store,
    mesh,
    limits,
    term,
    random,
    state,
    atRest: writer.atRest,
    delivered: (to, index) => happened('snapshotDelivered', { to, index }),
    failed: (to) => happened('snapshotFailed', { to }),
    fail,
  });
  const receiver = createSnapshotReceiver<Result, Change>({
    store,
    mesh,
    term,
    commit: () => state().applied.index,
    state,
    save: writer.save,
    install(next, { index }, switchOver) {
      isWanted = false;
      arrivesFrom = undefined;
      options.install(next);
      writer.save(switchOver, () => {});
      happened('snapshotInstalled', { index });
    },
    fail,
  });

  mesh.onTell('snapshot.wanted', ({ index }, { from }) => {
    if (!peers().includes(from.id) || state().applied.index <= index || isWanted) return;
    happened('snapshotSent', { to: from.id });
    sender.start(from.id);
  });
  mesh.onTell('raft.snapshot', (body, { from }) => {
    if (!isWanted || !peers().includes(from.id)) {
      const { transfer, chunk } = body;
      mesh.tell(from.id, 'raft.snapshotted', { term: 0, transfer, chunk, ok: false });
      return;
    }
    quietTicks = 0;
    if (arrivesFrom !== body.transfer) {
      arrivesFrom = body.transfer;
      happened('snapshotArrives', { from: from.id, index: body.index });
    }
    receiver.receive(from.id, body);
  });
  mesh.onTell('raft.snapshotted', (body, { from }) => sender.acknowledge(from.id, body));

  mesh.observe({
    opened({ id }) {
      if (isWanted && !isAsked && peers().includes(id)) ask();
    },
    closed() {},
  });

  /** The next catalog that is linked. */
  function ask(): void {
    quietTicks = 0;
    const linked = peers().filter((id) => mesh.peer(id) !== undefined);
    const peer = linked[turn++ % Math.max(1, linked.length)];
    isAsked = peer !== undefined;
    if (peer) mesh.tell(peer, 'snapshot.wanted', { index: state().applied.index });
    else
      logger.warn('no other catalog is linked that could send its state; if all are lost, restore a backup');
  }

  return {
    want() {
      isWanted = true;
      arrivesFrom = undefined;
      ask();
    },
    tick() {
      sender.tick();
      if (isWanted && ++quietTicks > limits.snapshotTicks) ask();
    },
    noteEffects: sender.noteEffects,
    get isBusy() {
      return isWanted || sender.isBusy;
    },
    stop() {
      isWanted = false;
      sender.stopAll();
    },
  };
}
