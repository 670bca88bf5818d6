import type { Clock } from '../../../runtime/clock.ts';
import { sleep } from '../../../runtime/clock.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { EtcdFault } from './etcd-fault.ts';
import type { EtcdCall, EtcdMember } from './etcd-member.ts';
import type { EtcdMembers } from './etcd-members.ts';
import type { AlarmAnswer, EtcdAnswer } from './etcd-messages.ts';

const NO_SPACE = 'Nospace';

/**
 * Lets go of the history before a revision. What that frees is used again by etcd itself; only where etcd was full do its
 * members have to give the space back, one after the other, and the alarm that stops all writes has to be taken back.
 * Returns whether etcd was full.
 */
export async function trimEtcd(
  members: EtcdMembers,
  revision: number,
  { clock, limits }: { readonly clock: Clock; readonly limits: Limits },
): Promise<boolean> {
  const soon = () => clock.monotonic() + limits.etcdCallMs;
  const { alarms } = await members.read(
    (member) =>
      member.ask<AlarmAnswer>('Maintenance', 'alarm', { action: 'Get', memberID: '0', alarm: 'None' }),
    soon(),
  );
  const full = alarms.filter(({ alarm }) => alarm === NO_SPACE);
  const request = { revision: String(revision), physical: full.length > 0 };
  await members.read((member) => compact(member, request), soon());
  if (full.length === 0) return false;
  const kept: string[] = [];
  for (const member of members.all) {
    await defragment(member, clock, limits).catch((error: unknown) => kept.push(String(error)));
  }
  for (const { memberID } of full) {
    const off = { action: 'Deactivate', memberID, alarm: NO_SPACE };
    await members.read((member) => member.ask('Maintenance', 'alarm', off), soon());
  }
  if (kept.length === 0) return true;
  const advice = 'as its root user run "etcdctl defrag --cluster" and "etcdctl alarm disarm"';
  throw new Error(`it was full, and the space was not given back (${kept.join(', ')}): ${advice}`);
}

/** Another catalog may have done it before. */
function compact(member: EtcdMember, request: object): EtcdCall<EtcdAnswer | undefined> {
  const call = member.ask('KV', 'compact', request);
  const answer = call.answer.catch((error: unknown) => {
    if (/required revision has been compacted/.test(String(error))) return undefined;
    throw error;
  });
  return { answer, cancel: call.cancel };
}

async function defragment(member: EtcdMember, clock: Clock, limits: Limits): Promise<void> {
  const call = member.ask('Maintenance', 'defragment', {});
  const timeout = sleep(clock, limits.etcdDefragmentMs).then(() => {
    call.cancel();
    throw new EtcdFault('doubtful', `${member.url}: not defragmented in time`);
  });
  await Promise.race([call.answer, timeout]);
}
