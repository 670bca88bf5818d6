import type { Clock } from '../../runtime/clock.ts';
import type { BookChange, Result } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import type { Configure } from '../../runtime/process/ipc.ts';
import type { Random } from '../../runtime/random.ts';
import { openEtcdLog } from '../log/etcd/open-etcd-log.ts';
import { joinCommandLog } from '../log/log-replica.ts';
import { joinRaft, openRaftDisk } from '../raft/join-raft.ts';
import type { JoinLog } from '../replica/join-log.ts';
import type { Replica } from '../replica/replica.ts';
import type { CatalogDisk } from './disk.ts';

/** A store has one log; where it has to begin anew, as after a restored backup, the next has another number. */
const FIRST_GENERATION = 1;

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
  const { ca, cert, key, ...engine } = outer;
  const pem = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
  const access = { ...engine, ca: pem(ca), cert: pem(cert), key: pem(key) };
  const log = await openEtcdLog<LoggedCommand>({ ...options, ...access, generation: FIRST_GENERATION });
  const { node, incarnation } = disk.identity;
  return joinCommandLog({
    log,
    peers: () => catalogs.filter((id) => id !== node),
    name: `${node}.${incarnation}-${random.id()}`,
  });
}
