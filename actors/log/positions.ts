import type { Clock } from '../../runtime/clock.ts';
import { StartRefused } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Position } from '../../storage/position.ts';
import { type CommandLog, FIRST_BEGINNING } from './command-log.ts';

/**
 * How far each catalog is, told on the engine's board. By it the log is let go of where nobody needs it any more, and
 * the states are compared: who differs from the majority at the same index ends, and stays out.
 */
export interface Positions {
  /** An entry has been applied; `digest` is made only where it is to be compared. */
  applied(position: Position, digest: () => string): void;
  /** Everything up to `index` is durable here. */
  durable(index: number): void;
  /** To be called now and then. */
  look(): void;
}

interface ComparedDigest {
  readonly index: number;
  readonly digest: string;
}

/** What a catalog tells. */
interface Told {
  readonly id: NodeId;
  /** Of which log it speaks; the first where it does not say. */
  readonly generation?: number;
  /** Its wall time in ms. */
  readonly at: number;
  /** Up to here the log may be let go of, as far as it is concerned; 0 for not at all. */
  readonly trimTo: number;
  /** The digests at the last few places of comparison, the latest last. */
  readonly digests?: readonly ComparedDigest[];
}

const PREFIX = 'positions/';

export function createPositions(options: {
  readonly log: Pick<CommandLog, 'board' | 'trim' | 'name' | 'beginning'>;
  readonly self: NodeId;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly fail: (error: unknown) => void;
}): Positions {
  const { log, self, clock, limits, logger, fail } = options;
  const { board, beginning } = log;
  const { generation } = beginning;
  /** Batches to which the log may be cut one day, the oldest first: one in so many entries. */
  let marks: { readonly index: number; readonly cursor: number }[] = [];
  let trimTo = 0;
  let trimmedTo = 0;
  let digests: readonly ComparedDigest[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking = false;
  const markEvery = Math.max(1, Math.floor(limits.keptEntries / 10));

  async function exchange(): Promise<void> {
    const now = clock.now();
    const own: Told = { id: self, generation, at: now, trimTo, digests };
    await board.put(PREFIX + self, JSON.stringify(own));
    const all = [...(await board.list(PREFIX)).values()].map((text) => JSON.parse(text) as Told);
    const known = all.filter((one) => {
      const isRecent = one.id === self || now - one.at < limits.forgottenCatalogMs;
      return isRecent && (one.generation ?? FIRST_BEGINNING.generation) === generation;
    });
    compare(known);
    await trim(known);
  }

  /** To the place that the last of all has no need of: so another copy than one's own is always durable beyond it. */
  async function trim(known: readonly Told[]): Promise<void> {
    const least = known.reduce((cursor, one) => Math.min(cursor, one.trimTo), Number.MAX_SAFE_INTEGER);
    const first = known.reduce((id, one) => (one.id < id ? one.id : id), self);
    if (known.length < 2 || least <= trimmedTo || first !== self) return;
    await log.trim(least);
    trimmedTo = least;
    logger.debug(`the log is let go of up to ${least}`);
  }

  /** At every place that others tell too, since they are not all equally far. */
  function compare(known: readonly Told[]): void {
    digests.some((one) => differsAt(one, known));
  }

  /** Says so where it does, and fails if a majority has another state. */
  function differsAt({ index, digest }: ComparedDigest, known: readonly Told[]): boolean {
    const digestOf = (one: Told) => one.digests?.find((other) => other.index === index)?.digest;
    const same = known.filter((one) => digestOf(one) !== undefined);
    const others = same.filter((one) => digestOf(one) !== digest);
    if (others.length === 0) return false;
    const words = `${self} differs from ${others.map(({ id }) => id).join(', ')} at index ${index}`;
    if (others.length * 2 <= same.length) logger.error(`${words}, and ${others.length} are no majority`);
    else fail(new StartRefused(`${words}: delete its data and start again, its state comes from the others`));
    return true;
  }

  return {
    applied({ index, place }, digest) {
      if (place && index - (marks.at(-1)?.index ?? 0) >= markEvery)
        marks.push({ index, cursor: place.cursor });
      if (index % limits.comparedEveryEntries === 0)
        digests = [...digests, { index, digest: digest() }].slice(-limits.maxComparedDigests);
    },
    durable(index) {
      const free = marks.findLastIndex((mark) => mark.index <= index - limits.keptEntries);
      if (free < 0) return;
      trimTo = marks[free]!.cursor;
      marks = marks.slice(free + 1);
    },
    look() {
      const now = clock.monotonic();
      if (looking || now - lookedAt < limits.logPositionMs) return;
      lookedAt = now;
      looking = true;
      exchange()
        .catch((error) => logger.debug({ err: error }, 'positions could not be told'))
        .finally(() => {
          looking = false;
        });
    },
  };
}
