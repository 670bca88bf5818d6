import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEtcdLeader, startEtcd } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import type { Station } from './network.ts';

/** An etcd of its own that orders the store's log. A member that is killed is started again, as a service is. */
export interface PrivateLog {
  readonly members: readonly LogMember[];
  /** The member that leads, as far as those who answer know. */
  findLeader(): Promise<Station | undefined>;
  stop(): Promise<void>;
}

export interface LogMember {
  readonly id: Station;
  readonly url: string;
  readonly pid: number | undefined;
  /** False if it does not run just now. */
  signal(name: NodeJS.Signals): boolean;
}

const MEMBERS = 3;
/** Milliseconds that a killed member is away: longer than an election takes. */
const AWAY_MS = 2_000;

/** Every member of an etcd, which an embedded log has none of. */
export function memberNames(log: 'etcd' | undefined): readonly Station[] {
  return log ? Array.from({ length: MEMBERS }, (_, at) => `${log}-${at + 1}`) : [];
}

/** Resolves when it has a leader. */
export async function startPrivateLog(folder: string): Promise<PrivateLog> {
  const etcd = await startEtcd(join(folder, 'etcd'), { members: MEMBERS });
  const names = memberNames('etcd');
  let stopped = false;
  const members = etcd.members.map(
    (member, at): LogMember => ({
      id: names[at]!,
      url: member.url,
      get pid() {
        return member.pid;
      },
      signal(name) {
        if (stopped || member.pid === undefined) return false;
        member.signal(name);
        if (name === 'SIGKILL') void comeBack(member);
        return true;
      },
    }),
  );

  async function comeBack(member: (typeof etcd.members)[number]): Promise<void> {
    await Promise.all([member.kill(), sleep(AWAY_MS)]);
    if (!stopped) member.start();
  }

  async function findLeader(): Promise<Station | undefined> {
    const lead = await Promise.all(members.map(({ url }) => isEtcdLeader(url).catch(() => false)));
    return members[lead.indexOf(true)]?.id;
  }

  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all(etcd.members.map((member) => member.kill()));
  }

  await eventually('a leader of the etcd', findLeader).catch(async (error) => {
    await stop();
    throw error;
  });
  return { members, findLeader, stop };
}
