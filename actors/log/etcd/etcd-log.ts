import type { Clock } from '../../../runtime/clock.ts';
import { asBazarError, BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { encodeBatch } from '../batch.ts';
import type { Board, CommandLog, LogBeginning } from '../command-log.ts';
import { createEtcdFollowing, type EtcdFollowing, type EtcdPlace } from './etcd-following.ts';
import type { EtcdHeard } from './etcd-member.ts';
import type { EtcdMembers } from './etcd-members.ts';
import type { EtcdAnswer, RangeAnswer } from './etcd-messages.ts';
import { trimEtcd } from './trim-etcd.ts';

/** In the place of a revision. */
const NOW = 0;

/**
 * A command log in etcd: the history of one key. A put of the key appends; its version is the number of the batch, and
 * the revision at which it was put is the cursor. A read of the key that a majority vouches for is the barrier, and
 * compaction is the trim.
 */
export function createEtcdLog<Command>(options: {
  readonly name: string;
  readonly members: EtcdMembers;
  readonly heard: EtcdHeard;
  /** What all keys of the store begin with. */
  readonly prefix: string;
  readonly beginning: LogBeginning;
  readonly board: Board;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
}): CommandLog<Command> {
  const { name, members, heard, prefix, beginning, board, clock, limits, logger } = options;
  const key = Buffer.from(`${prefix}log.${beginning.generation}`);
  const followings = new Set<EtcdFollowing>();

  async function lastAt(revision: number, deadline: number): Promise<EtcdPlace> {
    const request = { key, keys_only: true, revision: String(revision) };
    const { kvs } = await members.read((member) => member.ask<RangeAnswer>('KV', 'range', request), deadline);
    return { ordinal: Number(kvs[0]?.version ?? 0), cursor: Number(kvs[0]?.mod_revision ?? 0) };
  }

  async function readEnd(deadline: number): Promise<EtcdPlace> {
    const before = [...followings].map((following) => ({ following, place: following.place }));
    const end = await lastAt(NOW, deadline);
    for (const { following, place } of before) following.compare(end, place);
    return end;
  }

  /** The put that fills etcd is done, and yet refused as if it were not. */
  async function isThere(value: Buffer, after: number, deadline: number): Promise<boolean> {
    try {
      let revision = NOW;
      for (;;) {
        const request = { key, revision: String(revision), min_mod_revision: String(after + 1) };
        const { kvs } = await members.read(
          (member) => member.ask<RangeAnswer>('KV', 'range', request),
          deadline,
        );
        if (kvs.length === 0) return false;
        if (kvs[0]!.value.equals(value)) return true;
        revision = Number(kvs[0]!.mod_revision) - 1;
        if (revision <= after) return false;
      }
    } catch (error) {
      throw new BazarError('timeout', asBazarError(error).message);
    }
  }

  return {
    engine: 'etcd',
    name,
    beginning,
    async append(batch, deadline) {
      const value = Buffer.from(encodeBatch(batch));
      const before = heard.revision;
      try {
        const { header } = await members.change(
          (member) => member.ask<EtcdAnswer>('KV', 'put', { key, value }),
          deadline,
        );
        for (const following of followings) following.known(Number(header!.revision));
      } catch (error) {
        if (asBazarError(error).code !== 'log-full' || !(await isThere(value, before, deadline))) throw error;
      }
    },
    follow(from, follower) {
      const following = createEtcdFollowing<Command>({
        members: members.all,
        key,
        name,
        from,
        follower,
        look: () => readEnd(clock.monotonic() + limits.etcdLookMs),
        lastAt: (revision) => lastAt(revision, clock.monotonic() + limits.etcdCallMs),
        clock,
        limits,
        logger,
      });
      followings.add(following);
      return {
        pause: following.pause,
        resume: following.resume,
        stop() {
          followings.delete(following);
          following.stop();
        },
      };
    },
    async barrier(deadline) {
      return (await readEnd(deadline)).ordinal;
    },
    async trim(cursor) {
      try {
        const wasFull = await trimEtcd(members, cursor, { clock, limits });
        if (wasFull)
          logger.warn(`${name} was full: it was trimmed and defragmented, and takes appends again`);
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        logger.warn(`${name} was not wholly trimmed up to revision ${cursor}: ${words}`);
      }
    },
    board,
    async close() {
      for (const following of followings) following.stop();
      followings.clear();
      members.close();
    },
  };
}
