import { crc32 } from 'node:zlib';

/** Lines of the trace that a failing run prints. */
const KEPT_LINES = 1_000;

/**
 * What happened, as a hash of everything (two runs of one seed must have the same) and as the last lines in
 * readable form.
 */
export interface Trace {
  readonly hash: string;
  /** Adds to the hash only. */
  mix(text: string): void;
  /** Adds to both. The line is made only if somebody reads it. */
  note(atMs: number, line: () => string): void;
  /** A line of a fault, its end or an election; adds to the lines only. */
  mark(atMs: number, text: string): void;
  lines(): string[];
}

export function createTrace(marked?: (text: string) => void): Trace {
  let hash = 0;
  const kept: { atMs: number; line: () => string }[] = [];
  let next = 0;
  const mix = (text: string) => {
    hash = crc32(text, hash);
  };
  const note = (atMs: number, line: () => string) => {
    kept[next++ % KEPT_LINES] = { atMs, line };
  };
  return {
    get hash() {
      return hash.toString(16).padStart(8, '0');
    },
    mix,
    note,
    mark(atMs, text) {
      note(atMs, () => `*** ${text}`);
      marked?.(text);
    },
    lines() {
      const ordered = [...kept.slice(next % KEPT_LINES), ...kept.slice(0, next % KEPT_LINES)];
      return ordered.map(({ atMs, line }) => `${(atMs / 1000).toFixed(4).padStart(9)}  ${line()}`);
    },
  };
}
