import * as z from 'zod';
import { type Clock, sleep, stayAlive } from '../../../runtime/clock.ts';
import { StartRefused } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { BEGINNING_RECORD, type CommandLog, FIRST_BEGINNING, type LogBeginning } from '../command-log.ts';
import { createEtcdBoard } from './etcd-board.ts';
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
  /** Not to be waited for beyond it (monotonic ms). */
  readonly until?: number;
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
  const { urls, cluster, clock, limits, logger } = options;
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
  const record = Buffer.from(`${prefix}board/${BEGINNING_RECORD}`);
  let beginning: LogBeginning;
  try {
    for (;;) {
      const { obstacle, answer } = await firstContact(all, record, options);
      if (answer) {
        beginning = beginningIn(answer, name);
        break;
      }
      if (clock.monotonic() - toldAt >= limits.etcdCallMs) {
        toldAt = clock.monotonic();
        logger.warn(`${name} cannot be used yet, waiting for a majority of its members (${obstacle})`);
      }
      if (clock.monotonic() >= (options.until ?? Number.POSITIVE_INFINITY)) {
        throw new StartRefused(`${name} cannot be used: ${obstacle}`);
      }
      await sleep(clock, limits.etcdRetryMs);
    }
  } catch (error) {
    members.close();
    throw error;
  } finally {
    letGo();
  }
  const board = createEtcdBoard({ prefix: `${prefix}board/`, members, clock, limits });
  return createEtcdLog<Command>({ name, members, heard, prefix, beginning, board, clock, limits, logger });
}

const Beginning = z.object({ generation: z.int().min(1), index: z.int().min(0) });

function beginningIn({ kvs: [record] }: RangeAnswer, name: string): LogBeginning {
  if (record === undefined) return FIRST_BEGINNING;
  try {
    return Beginning.parse(JSON.parse(record.value.toString()));
  } catch {
    throw new StartRefused(`${name}: the record of where the log begins is not what was written`);
  }
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

/** Asks every member who it is, and a majority for a record. What hinders is returned; what never ends is thrown. */
async function firstContact(
  all: readonly EtcdMember[],
  key: Buffer,
  { clock, limits, logger }: EtcdLogOptions,
): Promise<{ readonly obstacle: string; readonly answer?: RangeAnswer }> {
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
      return within(member, 'KV', 'range', { key });
    }),
  );
  const faults = answers.filter((answer) => answer instanceof EtcdFault);
  const refusal = faults.find(({ kind }) => kind === 'refused');
  if (refusal) throw new StartRefused(refusal.message);
  const distrusted = faults.find(({ kind }) => kind === 'distrusted');
  const answer = answers.find((one): one is Exclude<typeof one, EtcdFault> => !(one instanceof EtcdFault));
  if (answer) {
    if (distrusted) logger.warn(`a member of etcd is passed over: ${distrusted.message}`);
    return { obstacle: '', answer };
  }
  if (distrusted) throw new StartRefused(distrusted.message);
  return { obstacle: faults[0]!.message };
}

function checkVersion(url: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new StartRefused(`${url} is etcd ${version}: version ${OLDEST.join('.')} or newer is needed`);
}
