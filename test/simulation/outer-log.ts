import { decodeBatch, encodeBatch } from '../../actors/log/batch.ts';
import {
  type CommandLog,
  type CommittedBatch,
  FIRST_BEGINNING,
  type LogBatch,
  type LogFollower,
} from '../../actors/log/command-log.ts';
import { joinCommandLog, type LogReplica } from '../../actors/log/log-replica.ts';
import type { JoinLog } from '../../actors/replica/join-log.ts';
import type { BookChange, Result } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';

/**
 * An engine that orders a command log, simulated: what it acknowledges is in one order for all. On the way to it and
 * back everything may be late or lost, a batch may land twice, long after its sender has given it up; followers are told
 * at different times. It may stall, cut off some nodes, and let go of what is old.
 */
export interface OuterLog {
  /** What a catalog joins. `name` names the process among all. */
  join(process: SimProcess, name: string, peers: readonly NodeId[]): JoinLog<LogReplica, Result, BookChange>;
  /** A connection of the process to it. */
  connect<Command>(process: SimProcess): CommandLog<Command>;
  /** Whether a node reaches it now. */
  reaches(id: NodeId): boolean;
  /** Batches in the log. */
  readonly end: number;
  /** The batches that were let go of. */
  readonly trimmed: number;
  readonly faults: readonly (readonly [name: string, weight: number, run: () => void])[];
  heal(): void;
  /** It breaks its promises (`faithless-log.ts`): catalogs end, and are started again by whoever reads why. */
  readonly isFaithless?: boolean;
  /** What it has promised to keep is gone, from its end. */
  forget(batches: number): void;
}

export interface OuterLogSurroundings {
  readonly seed: number;
  readonly scheduler: Pick<Scheduler, 'now' | 'after' | 'cancel'>;
  readonly outside: SimProcess;
  readonly catalogs: readonly NodeId[];
  readonly say: (line: string) => void;
}

const SALT = 0x10adb0;
/** Cursors rise by this much and more. */
const CURSOR_STEP = 3;
/** Milliseconds after which a dead connection's append fails as unknown. */
const GIVEN_UP_MS = 1_000;

interface Stored {
  readonly text: string;
  readonly cursor: number;
}

export function createOuterLog({ seed, scheduler, outside, catalogs, say }: OuterLogSurroundings): OuterLog {
  const random: Random = seededRandom(seed ^ SALT);
  const entries: Stored[] = [];
  const board = new Map<string, string>();
  const cut = new Set<NodeId>();
  const wakes = new Set<() => void>();
  let trimmed = 0;
  let stalledUntil = 0;
  let lossRate = 0;
  let duplicateRate = 0;
  let slowestMs = 8;

  const way = () => 0.3 + random.next() * slowestMs;
  const reaches = (id: NodeId) => !cut.has(id) && scheduler.now >= stalledUntil;

  /** Runs `then` in the engine or in a process, `ms` later, but not before the node reaches the engine. */
  function carried(id: NodeId, process: SimProcess, then: () => void): void {
    if (reaches(id)) scheduler.after(way(), process, then);
    else scheduler.after(50, outside, () => carried(id, process, then));
  }

  function land(text: string): void {
    const last = entries.at(-1)?.cursor ?? 0;
    entries.push({ text, cursor: last + CURSOR_STEP + random.integer(3) });
    for (const wake of wakes) wake();
  }

  function connect<Command>(process: SimProcess): CommandLog<Command> {
    const id = process.name;
    const soon = (deadlineMs: number, reject: (error: BazarError) => void, code: 'timeout' | 'unavailable') =>
      scheduler.after(Math.min(GIVEN_UP_MS, deadlineMs), process, () =>
        reject(new BazarError(code, 'the engine does not answer')),
      );

    return {
      engine: 'log',
      name: 'simulated log',
      beginning: FIRST_BEGINNING,
      append(batch: LogBatch<Command>) {
        const text = encodeBatch(batch);
        return new Promise((resolve, reject) => {
          // A cut is noticed by half of those who are cut off: nothing was sent then.
          if (!reaches(id) && random.next() < 0.5) {
            scheduler.after(1, process, () =>
              reject(new BazarError('unavailable', 'no connection', {}, 'none')),
            );
            return;
          }
          const isLost = random.next() < lossRate;
          const givenUp = soon(GIVEN_UP_MS, reject, 'timeout');
          if (random.next() < duplicateRate) {
            scheduler.after(random.next() * 3_000, outside, () => carried(id, outside, () => land(text)));
          }
          if (isLost && random.next() < 0.5) return;
          carried(id, outside, () => {
            land(text);
            if (isLost) return;
            carried(id, process, () => {
              scheduler.cancel(givenUp);
              resolve();
            });
          });
        });
      },
      follow(from, follower: LogFollower<Command>) {
        let next = from.ordinal + 1;
        let isPaused = false;
        let isStopped = false;
        let isUnderWay = false;
        const wake = () => {
          if (isUnderWay || isPaused || isStopped || next > entries.length || !process.alive) return;
          isUnderWay = true;
          carried(id, process, () => {
            isUnderWay = false;
            deliver();
          });
        };
        const deliver = () => {
          const many = 1 + random.integer(20);
          for (let count = 0; count < many && !isPaused && !isStopped && next <= entries.length; count++) {
            if (next <= trimmed) {
              isStopped = true;
              follower.broken('trimmed', `simulated log: batch ${next} was let go of`);
              return;
            }
            follower.batch(delivered<Command>(next++));
          }
          wake();
        };
        wakes.add(wake);
        // What is trimmed, or not there, is noticed even where nothing new comes.
        scheduler.after(0, process, () => {
          if (from.ordinal <= entries.length) return wake();
          isStopped = true;
          follower.broken(
            'regressed',
            `simulated log: batch ${from.ordinal} is not there: the last is ${entries.length}`,
          );
        });
        return {
          pause() {
            isPaused = true;
          },
          resume() {
            isPaused = false;
            wake();
          },
          stop() {
            isStopped = true;
            wakes.delete(wake);
          },
        };
      },
      barrier() {
        return new Promise((resolve, reject) => {
          const givenUp = soon(GIVEN_UP_MS, reject, 'unavailable');
          carried(id, outside, () => {
            const end = entries.length;
            carried(id, process, () => {
              scheduler.cancel(givenUp);
              resolve(end);
            });
          });
        });
      },
      trim(cursor) {
        const upTo = entries.findLastIndex((entry) => entry.cursor <= cursor) + 1;
        trimmed = Math.max(trimmed, upTo);
        return Promise.resolve();
      },
      board: {
        put(key, value) {
          return new Promise((resolve) =>
            carried(id, outside, () => {
              board.set(key, value);
              carried(id, process, resolve);
            }),
          );
        },
        replace(key, before, value) {
          return new Promise((resolve) =>
            carried(id, outside, () => {
              const isDone = board.get(key) === before;
              if (isDone) board.set(key, value);
              carried(id, process, () => resolve(isDone));
            }),
          );
        },
        list(prefix) {
          return new Promise((resolve) =>
            carried(id, outside, () => {
              const found = new Map([...board].filter(([key]) => key.startsWith(prefix)));
              carried(id, process, () => resolve(found));
            }),
          );
        },
      },
      close: () => Promise.resolve(),
    };
  }

  function delivered<Command>(ordinal: number): CommittedBatch<Command> {
    const { text, cursor } = entries[ordinal - 1]!;
    const decoded = decodeBatch<Command>(text);
    if (decoded.kind !== 'batch') throw new Error(`batch ${ordinal} is ${decoded.kind}`);
    const { batch, sum, bytes } = decoded;
    return { ...batch, sum, bytes, cursor, ordinal };
  }

  function healSoon(ids: readonly NodeId[]): void {
    scheduler.after(200 + random.next() * 5_000, outside, () => {
      for (const id of ids) cut.delete(id);
      say(`${ids.join(' ')} reach the log again`);
    });
  }

  function cutOff(ids: readonly NodeId[]): void {
    for (const id of ids) cut.add(id);
    say(`${ids.join(' ')} do not reach the log`);
    healSoon(ids);
  }

  const pick = () => catalogs[random.integer(catalogs.length)]!;

  return {
    join: (process, name, peers) =>
      joinCommandLog({
        log: connect<LoggedCommand>(process),
        peers: () => peers.filter((id) => id !== process.name),
        name,
      }),
    connect,
    reaches,
    get end() {
      return entries.length;
    },
    get trimmed() {
      return trimmed;
    },
    forget(batches) {
      entries.splice(Math.max(trimmed, entries.length - batches));
    },
    faults: [
      ['cut off from the log', 4, () => cutOff([pick()])],
      ['cut all off from the log', 0.5, () => cutOff(catalogs)],
      [
        'stall the log',
        1,
        () => {
          stalledUntil = scheduler.now + random.next() * 4_000;
          say('the log stalls');
        },
      ],
      [
        'lossy log',
        2,
        () => {
          [lossRate, duplicateRate, slowestMs] = [0.2, 0.2, 60];
          say('the log is lossy');
          scheduler.after(random.next() * 4_000, outside, calm);
        },
      ],
    ],
    heal() {
      cut.clear();
      stalledUntil = 0;
      calm();
    },
  };

  function calm(): void {
    [lossRate, duplicateRate, slowestMs] = [0, 0, 8];
  }
}
