import type { Clock } from '../../../runtime/clock.ts';

/** Runs things at the end of the event-loop turn in which the first of them came, in the order they came. */
export function createTurn(clock: Clock): (run: () => void) => void {
  let waiting: (() => void)[] = [];
  const finish = () => {
    const due = waiting;
    waiting = [];
    for (const run of due) run();
  };
  return (run) => {
    if (waiting.push(run) === 1) clock.defer(finish);
  };
}
