import type { Clock, Timer } from '../../../runtime/clock.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { decodeBatch } from '../batch.ts';
import type { BrokenLog, Following, LogCursor, LogFollower } from '../command-log.ts';
import type { EtcdFault } from './etcd-fault.ts';
import type { EtcdMember, EtcdStream } from './etcd-member.ts';
import type { WatchEvent, WatchMessage } from './etcd-messages.ts';

/** A batch's place in etcd: the revision at which the log's key was put, and how often it was until then; 0 before that. */
export interface EtcdPlace {
  readonly cursor: LogCursor;
  readonly ordinal: number;
}

/**
 * Follows the history of the log's key. Two watches run on different members, and what either brings first is delivered,
 * so that a member which dies or is cut off costs no time. Each watch begins after what was delivered, never after what
 * a member says is its newest. The version of the key counts its writes, so nothing can be skipped unseen.
 */
export interface EtcdFollowing extends Following {
  readonly place: EtcdPlace;
  /** The log is known to reach this far. */
  known(cursor: LogCursor): void;
  /** Compares the end of the log that etcd has with what had been delivered when etcd was asked. */
  compare(end: EtcdPlace, delivered: EtcdPlace): void;
}

interface Lane {
  member: number;
  stream: EtcdStream | undefined;
  /** Where this watch is. */
  seen: LogCursor;
  /** It lacked nothing then, or was heard. */
  fineAt: number;
  /** In a row. The first may be about a token that was too old. */
  refusals: number;
  timer: Timer | undefined;
}

/** The watches are looked at so many times before one that lags is moved. */
const LOOKS = 3;

export function createEtcdFollowing<Command>(options: {
  readonly members: readonly EtcdMember[];
  readonly key: Buffer;
  /** For people. */
  readonly name: string;
  readonly from: EtcdPlace;
  readonly follower: LogFollower<Command>;
  /** Asks etcd for the end of the log, and has every following compared with it. */
  readonly look: () => Promise<unknown>;
  /** The last batch that was in the log at a revision. */
  readonly lastAt: (revision: number) => Promise<EtcdPlace>;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
}): EtcdFollowing {
  const { members, key, name, follower, look, clock, limits, logger } = options;
  const lookMs = limits.etcdWatchLagMs / LOOKS;
  let place: EtcdPlace = options.from;
  /** There is nothing of the log after the place up to this revision. */
  let emptyUntil = 0;
  let knownCursor = 0;
  let heardOfEndAt = clock.monotonic();
  let lookedAt = clock.monotonic();
  let toldOfRefusalAt = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  let isPaused = false;
  let stopped = false;
  let timer = clock.setTimeout(tick, lookMs);
  const lanes = members
    .slice(0, 2)
    .map(
      (_, member): Lane => ({ member, stream: undefined, seen: 0, fineAt: 0, refusals: 0, timer: undefined }),
    );
  for (const lane of lanes) begin(lane);
  askForEnd();

  function begin(lane: Lane): void {
    if (stopped) return;
    const after = Math.max(place.cursor, emptyUntil);
    lane.seen = after;
    lane.fineAt = clock.monotonic();
    const stream = members[lane.member]!.watch(
      { key, start_revision: String(after + 1), fragment: true },
      {
        message(message) {
          if (lane.stream === stream) hear(lane, message);
        },
        ended(fault) {
          if (lane.stream === stream) ended(lane, fault);
        },
      },
    );
    lane.stream = stream;
    if (isPaused) stream.pause();
  }

  function hear(lane: Lane, { canceled, compact_revision, cancel_reason, events }: WatchMessage): void {
    lane.fineAt = clock.monotonic();
    for (const event of events) {
      lane.seen = Number(event.kv.mod_revision);
      if (lane.seen > place.cursor) take(event, lane.seen);
      if (stopped) return;
    }
    if (!canceled) {
      lane.refusals = 0;
      return;
    }
    lane.stream?.cancel();
    lane.stream = undefined;
    if (Number(compact_revision) > 0) trimmed(lane, Number(compact_revision));
    else refused(lane, `${members[lane.member]!.url}: ${cancel_reason || 'the watch was cancelled'}`);
  }

  function take({ type, kv }: WatchEvent, cursor: LogCursor): void {
    const ordinal = Number(kv.version);
    const expected = place.ordinal + 1;
    const at = `revision ${cursor}`;
    if (type === 'Delete') {
      broken('regressed', `its key was deleted at ${at}: put etcd back from a copy`);
      return;
    }
    if (ordinal !== expected) {
      const words = `batch ${ordinal} is at ${at}, where batch ${expected} should be`;
      broken(ordinal < expected ? 'regressed' : 'gap', words);
      return;
    }
    const decoded = decodeBatch<Command>(kv.value.toString());
    if (decoded.kind === 'damaged') {
      broken('damaged', `batch ${ordinal} at ${at} is not what was written`);
      return;
    }
    if (decoded.kind === 'newer') {
      broken('newer', `batch ${ordinal} has the format ${decoded.level}, which is newer than this program`);
      return;
    }
    const { batch, sum, bytes } = decoded;
    place = { cursor, ordinal };
    follower.batch({ ...batch, cursor, ordinal, sum, bytes });
  }

  /** The history that this watch was to begin with was let go of. It may be that nothing of the log was in it. */
  function trimmed(lane: Lane, compacted: number): void {
    options.lastAt(compacted).then(
      (last) => {
        const isNext = last.ordinal === place.ordinal + 1 && last.cursor === compacted;
        if (last.ordinal <= place.ordinal || isNext) {
          emptyUntil = Math.max(emptyUntil, isNext ? compacted - 1 : compacted);
          begin(lane);
        } else broken('trimmed', `the history before revision ${compacted} was let go of`);
      },
      // There may have been another trim: the watch says so.
      () => beginSoon(lane, limits.etcdRetryMs),
    );
  }

  function refused(lane: Lane, words: string): void {
    if (lane.refusals++ === 0) {
      beginSoon(lane, limits.etcdRetryMs);
      return;
    }
    const now = clock.monotonic();
    if (now - toldOfRefusalAt >= limits.etcdCallMs) {
      toldOfRefusalAt = now;
      logger.error(`the log cannot be followed: ${words}`);
    }
    beginSoon(lane, limits.etcdCallMs);
  }

  function ended(lane: Lane, fault: EtcdFault): void {
    lane.stream = undefined;
    if (stopped) return;
    if (fault.kind === 'refused') refused(lane, fault.message);
    else {
      logger.debug(`a watch ended: ${fault.message}`);
      beginSoon(lane, limits.etcdRetryMs);
    }
  }

  function beginSoon(lane: Lane, delayMs: number): void {
    move(lane);
    clock.clearTimeout(lane.timer);
    lane.timer = clock.setTimeout(() => begin(lane), delayMs);
  }

  /** To the next member that the other watch is not on. */
  function move(lane: Lane): void {
    const other = lanes.find((one) => one !== lane);
    const next = (lane.member + 1) % members.length;
    const skips = next === other?.member && members.length > 1;
    lane.member = skips ? (next + 1) % members.length : next;
  }

  function tick(): void {
    const now = clock.monotonic();
    const wasLate = now - lookedAt > 2 * lookMs;
    lookedAt = now;
    const end = Math.max(place.cursor, knownCursor);
    for (const lane of lanes) {
      if (!lane.stream) continue;
      // After a stall of this process what has arrived is still to be read.
      if (wasLate || isPaused || lane.seen >= end) lane.fineAt = now;
      else if (now - lane.fineAt >= limits.etcdWatchLagMs) {
        logger.debug(`${members[lane.member]!.url} lags: another member is watched`);
        lane.stream.cancel();
        move(lane);
        begin(lane);
      }
    }
    if (now - heardOfEndAt >= limits.etcdLookMs) askForEnd();
    timer = clock.setTimeout(tick, lookMs);
  }

  function askForEnd(): void {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(() => {})
      .finally(() => {
        isLooking = false;
      });
  }

  function broken(reason: BrokenLog, words: string): void {
    if (stopped) return;
    stop();
    follower.broken(reason, `${name}: ${words}`);
  }

  function stop(): void {
    stopped = true;
    clock.clearTimeout(timer);
    for (const lane of lanes) {
      clock.clearTimeout(lane.timer);
      lane.stream?.cancel();
      lane.stream = undefined;
    }
  }

  return {
    get place() {
      return place;
    },
    known(cursor) {
      knownCursor = Math.max(knownCursor, cursor);
    },
    compare(end, delivered) {
      heardOfEndAt = clock.monotonic();
      knownCursor = Math.max(knownCursor, end.cursor);
      const isOther = end.ordinal === delivered.ordinal && end.cursor !== delivered.cursor;
      if (end.ordinal < delivered.ordinal || isOther) {
        const found = `it ends with batch ${end.ordinal} at revision ${end.cursor}`;
        const had = `batch ${delivered.ordinal} was delivered from revision ${delivered.cursor}`;
        broken(
          'regressed',
          `${found}, but ${had}: was its key deleted, etcd emptied, or an old copy put back?`,
        );
      }
    },
    pause() {
      isPaused = true;
      for (const { stream } of lanes) stream?.pause();
    },
    resume() {
      isPaused = false;
      for (const { stream } of lanes) stream?.resume();
    },
    stop,
  };
}
