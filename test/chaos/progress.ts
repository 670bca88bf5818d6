import { systemClock } from '../../runtime/clock.ts';
import type { Tally } from './tally.ts';

/** Shows people how it goes: one line that changes on a terminal, and elsewhere a line now and then. */
export interface Progress {
  /** What is being done now. */
  phase(name: string): void;
  stop(): void;
}

/** Milliseconds between two lines. */
const ON_TERMINAL_MS = 250;
const ELSEWHERE_MS = 10_000;
const CLEAR_LINE = '\r\x1b[2K';

export function showProgress(output: NodeJS.WriteStream, tally: Tally): Progress {
  const beganAt = systemClock.monotonic();
  let name = '';
  const timer = setInterval(show, output.isTTY ? ON_TERMINAL_MS : ELSEWHERE_MS);

  function show(): void {
    const text = lineOf(name, systemClock.monotonic() - beganAt, tally);
    output.write(output.isTTY ? `${CLEAR_LINE}${text.slice(0, output.columns - 1)}` : `${text}\n`);
  }

  return {
    phase(next) {
      name = next;
      show();
    },
    stop() {
      clearInterval(timer);
      if (output.isTTY) output.write(CLEAR_LINE);
    },
  };
}

export function lineOf(phase: string, elapsedMs: number, { counts, inForce }: Tally): string {
  const elapsed = Math.floor(elapsedMs / 1000);
  const clock = `${Math.floor(elapsed / 60)}:${String(elapsed % 60).padStart(2, '0')}`;
  const figures = `${counts.operations} operations, ${counts.confirmed} confirmed, ${counts.refused} refused, ${counts.unknown} unknown`;
  return [`${clock} ${phase}`, figures, [...inForce].join(', ')].filter(Boolean).join('  ');
}
