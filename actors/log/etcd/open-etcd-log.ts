import { type Clock, sleep, stayAlive } from '../../../runtime/clock.ts';
import { StartRefused } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { CommandLog } from '../command-log.ts';
import { EtcdFault, etcdFaultOf } from './etcd-fault.ts';
import { createEtcdLog } from './etcd-log.ts';
import { connectMember, type EtcdAccess, type EtcdHeard, type EtcdMember } from './etcd-member.ts';
import { createEtcdMembers } from './etcd-members.ts';
import type { MemberAnswer, RangeAnswer } from './etcd-messages.ts';

export interface EtcdLogOptions extends EtcdAccess {
  /** Of each member, all with `https:` or all with `http:`. */
  readonly urls: readonly string[];
  /** The store's id: all its keys are under it. */
  readonly cluster: string;
  /** Which log of the store. */
  readonly generation: number;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** The first version whose watches are in pieces, and whose reads and locks an outside examination found right. */
const OLDEST = [3, 4] as const;

/**
 * Opens a log of etcd, and waits for a majority of its members, with a line now and then. It throws `StartRefused` where
 * waiting would not help: etcd refuses the user or the certificate, or is too old, or the addresses are not of one etcd.
 */
export async function openEtcdLog<Command>(options: EtcdLogOptions): Promise<CommandLog<Command>> {
  const { urls, cluster, generation, clock, limits, logger } = options;
  checkAddresses(options);
  const { ConnectionPool } = await import('etcd3/lib/connection-pool.js');
  const heard: EtcdHeard = { revision: 0 };
  const all = urls.map((url) =>
    connectMember({ url, access: options, heard, Pool: ConnectionPool, clock, limits }),
  );
  const members = createEtcdMembers({ all, clock, limits });
  const name = `etcd at ${urls.join(', ')}`;
  const prefix = `bazar/${cluster}/`;
  let toldAt = Number.NEGATIVE_INFINITY;
  const letGo = stayAlive();
  try {
    for (;;) {
      const obstacle = await firstContact(all, Buffer.from(`${prefix}log.${generation}`), options);
      if (obstacle === undefined) break;
      if (clock.monotonic() - toldAt >= limits.etcdCallMs) {
        toldAt = clock.monotonic();
        logger.warn(`${name} cannot be used yet, waiting for a majority of its members (${obstacle})`);
      }
      await sleep(clock, limits.etcdRetryMs);
    }
  } catch (error) {
    members.close();
    throw error;
  } finally {
    letGo();
  }
  return createEtcdLog<Command>({ name, members, heard, prefix, generation, clock, limits, logger });
}

function checkAddresses({ urls, ca, cert, key }: EtcdLogOptions): void {
  if (urls.length === 0) throw new StartRefused('no address of etcd was given');
  const protocols = new Set<string>();
  for (const url of urls) {
    if (!/^https?:\/\/[^/\s]+:\d+$/.test(url)) {
      throw new StartRefused(`${url} is no address of etcd: write it as https://HOST:PORT`);
    }
    protocols.add(new URL(url).protocol);
  }
  if (protocols.size > 1) throw new StartRefused(`of ${urls.join(', ')} some are encrypted and some are not`);
  if (protocols.has('http:') && (ca || cert || key)) {
    throw new StartRefused(`certificates were given for ${urls[0]}, which is not encrypted: write https:`);
  }
  if (!cert !== !key) throw new StartRefused('a certificate for etcd and its key go together: name both');
}

/** Asks every member who it is, and a majority for the log. What hinders is returned; what never ends is thrown. */
async function firstContact(
  all: readonly EtcdMember[],
  key: Buffer,
  { clock, limits, logger }: EtcdLogOptions,
): Promise<string | undefined> {
  const within = (member: EtcdMember, service: 'KV' | 'Maintenance', method: string, request: object) => {
    const call = member.ask<RangeAnswer & MemberAnswer>(service, method, request);
    const timer = clock.setTimeout(call.cancel, limits.etcdOpenMs);
    return call.answer
      .catch((error: unknown) => etcdFaultOf(error, member.url))
      .finally(() => clock.clearTimeout(timer));
  };
  const answers = await Promise.all(
    all.map(async (member) => {
      const status = await within(member, 'Maintenance', 'status', {});
      if (status instanceof EtcdFault) return status;
      checkVersion(member.url, status.version);
      return within(member, 'KV', 'range', { key, keys_only: true });
    }),
  );
  const faults = answers.filter((answer) => answer instanceof EtcdFault);
  const refusal = faults.find(({ kind }) => kind === 'refused');
  if (refusal) throw new StartRefused(refusal.message);
  const distrusted = faults.find(({ kind }) => kind === 'distrusted');
  if (faults.length < answers.length) {
    if (distrusted) logger.warn(`a member of etcd is passed over: ${distrusted.message}`);
    return undefined;
  }
  if (distrusted) throw new StartRefused(distrusted.message);
  return faults[0]!.message;
}

function checkVersion(url: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new StartRefused(`${url} is etcd ${version}: version ${OLDEST.join('.')} or newer is needed`);
}
