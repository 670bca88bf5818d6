import { SingleBar } from 'cli-progress';
import type { Terminal } from './command.ts';

/** A bar on standard error where somebody is watching, and else nothing. `what` is what is counted. */
export function progressBar({ isWatched }: Terminal, what: string) {
  const bar = isWatched
    ? new SingleBar({
        format: `{bar} {value}/{total} ${what}`,
        barsize: 30,
        stream: process.stderr,
        clearOnComplete: true,
      })
    : undefined;
  return {
    start: (total: number) => bar?.start(total, 0),
    /** The total may turn out to be another one on the way. */
    at(value: number, total?: number): void {
      if (total !== undefined) bar?.setTotal(total);
      bar?.update(value);
    },
    stop: () => bar?.stop(),
  };
}
