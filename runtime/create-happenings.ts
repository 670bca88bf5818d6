import type { Clock } from './clock.ts';
import { type Happening, type HappeningKind, sentenceOf } from './happenings.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './logger.ts';

/**
 * Tells what happens: a line for the log, and the object for whoever listens. At most `maxHappenings` a second, so
 * that a node in trouble does not drown its own log; the rest is counted, and the count is told when the second ends.
 */
export interface Happenings {
  tell(happening: Happening): void;
  /** Calls `happened` with everything that is told from now on. Returns what ends that. */
  onHappening(happened: (happening: Happening) => void): () => void;
}

/** What somebody may have to look into. Everything else is `info`. */
const WARNINGS: ReadonlySet<HappeningKind> = new Set<HappeningKind>([
  'wiped',
  'diskSlow',
  'diskHangs',
  'feedMissed',
  'cacheDegraded',
  'cacheBypassed',
  'processEnded',
]);

export function createHappenings(options: {
  /** Whose log it is. What happened to another is told with that one's name. */
  readonly node: string;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'maxHappenings'>;
  readonly logger: Logger;
}): Happenings {
  const { node, clock, limits, logger } = options;
  const listeners = new Set<(happening: Happening) => void>();
  let begun = Number.NEGATIVE_INFINITY;
  let told = 0;
  let left = 0;

  function tell(happening: Happening): void {
    const now = clock.monotonic();
    if (now - begun >= 1_000) {
      begun = now;
      told = 0;
    }
    if (told >= limits.maxHappenings) {
      if (left++ === 0) clock.setTimeout(tellLeftOut, Math.max(0, begun + 1_000 - now));
      return;
    }
    told++;
    say(happening);
  }

  function tellLeftOut(): void {
    say({ kind: 'leftOut', node, facts: { count: left } });
    left = 0;
  }

  function say(happening: Happening): void {
    const sentence = sentenceOf(happening);
    const text = happening.node === node ? sentence : `${happening.node} ${sentence}`;
    logger[levelOf(happening)]({ happening }, text);
    for (const listener of listeners) listener(happening);
  }

  return {
    tell,
    onHappening(happened) {
      listeners.add(happened);
      return () => void listeners.delete(happened);
    },
  };
}

function levelOf({ kind, facts }: Happening): 'info' | 'warn' | 'error' {
  if (kind === 'processEnded' && facts.isStarting) return 'error';
  return WARNINGS.has(kind) ? 'warn' : 'info';
}
