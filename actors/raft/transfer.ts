import type { Position } from '../../storage/position.ts';
import { createSnapshotReceiver, type SnapshotReceiver } from '../replica/snapshot-receiver.ts';
import { createSnapshotSender, type SnapshotSender } from '../replica/snapshot-sender.ts';
import type { ReplicaEvent } from './core/raft.ts';
import type { DriverOptions, ReplicatedState } from './driver-options.ts';
import type { GroupCommit } from './group-commit.ts';

/** Both ends of a snapshot's transfer, as a member of the log has them: what is taken in rides in the group commit. */
export function createTransfer<Result, Change>(
  options: Pick<DriverOptions<Result, Change>, 'raft' | 'store' | 'mesh' | 'random'> & {
    readonly state: () => ReplicatedState<Result, Change>;
    readonly batches: Pick<GroupCommit, 'save' | 'afterSync' | 'atRest'>;
    /** Something is to be written. */
    readonly saved: () => void;
    /** The state of a snapshot is the replica's own from now on. */
    readonly install: (state: ReplicatedState<Result, Change>, position: Position) => void;
    readonly dispatch: (event: ReplicaEvent) => void;
    readonly fail: (error: unknown) => void;
  },
): { readonly sender: SnapshotSender; readonly receiver: SnapshotReceiver } {
  const { raft, batches, dispatch } = options;
  const shared = { ...options, limits: raft.limits, term: () => raft.term };
  return {
    sender: createSnapshotSender({
      ...shared,
      atRest: batches.atRest,
      delivered: (peer, index) => dispatch({ type: 'snapshot.delivered', peer, index }),
      failed: (peer) => dispatch({ type: 'snapshot.failed', peer }),
    }),
    receiver: createSnapshotReceiver({
      ...shared,
      commit: () => raft.commit,
      save(operations, then) {
        batches.save(operations);
        batches.afterSync(then);
        options.saved();
      },
      install(next, position, switchOver) {
        batches.save(switchOver);
        options.install(next, position);
      },
    }),
  };
}
