import type { Clock } from '../../runtime/clock.ts';
import type { BookChange, Result } from '../../runtime/domain.ts';
import { StartRefused } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { Configure } from '../../runtime/process/ipc.ts';
import type { Random } from '../../runtime/random.ts';
import { writeIdentity } from '../../storage/identity.ts';
import { FIRST_BEGINNING, type LogBeginning } from '../log/command-log.ts';
import { openEtcdLog } from '../log/etcd/open-etcd-log.ts';
import { joinCommandLog } from '../log/log-replica.ts';
import { joinRaft, openRaftDisk } from '../raft/join-raft.ts';
import type { JoinLog } from '../replica/join-log.ts';
import type { Replica } from '../replica/replica.ts';
import type { CatalogDisk } from './disk.ts';

/** What orders the log of this store: the catalogs themselves, or an engine outside. */
export async function openEngine(
  disk: CatalogDisk,
  options: {
    readonly cluster: string;
    readonly catalogs: readonly NodeId[];
    readonly log: Configure['log'];
    readonly clock: Clock;
    readonly random: Random;
    readonly limits: Limits;
    readonly logger: Logger;
  },
): Promise<JoinLog<Replica, Result, BookChange>> {
  const { catalogs, log: outer, random } = options;
  if (outer === undefined) return joinRaft(await openRaftDisk({ ...disk, random }), catalogs);
  const log = await openEtcdLog<LoggedCommand>({ ...options, ...outer });
  await joinGeneration(disk, log.beginning).catch(async (error) => {
    await log.close();
    throw error;
  });
  const { node, incarnation } = disk.identity;
  return joinCommandLog({
    log,
    peers: () => catalogs.filter((id) => id !== node),
    name: `${node}.${incarnation}-${random.id()}`,
  });
}

/**
 * A log that was begun from a backup has nothing to do with what its store had before. An empty disk may follow any.
 * Throws `StartRefused` where the state on the disk is that of another.
 */
export async function joinGeneration(
  { store, identity, state }: Pick<CatalogDisk, 'store' | 'identity' | 'state'>,
  { generation }: LogBeginning,
): Promise<void> {
  const { generation: own = FIRST_BEGINNING.generation } = identity;
  if (own === generation) return;
  if (state.applied.index > 0) {
    throw new StartRefused(
      `${store.location} has a state of log ${own}, and the store was begun anew from a backup with log ${generation}: ` +
        'delete it and start again, its state comes from the others',
    );
  }
  await store.write([writeIdentity({ ...identity, generation })]);
}
