import { waitingWords } from './step-words.ts';
import type { TraceSpan, TraceStep } from './trace-span.ts';

/** Where the time of a traced request went: parts that come to its whole. */
export interface TimePart {
  /** The process that it was spent in; of what is on the way, the two. */
  readonly where: string;
  readonly what: string;
  readonly us: number;
}

/**
 * The parts, in the order in which they began. A process's time is divided among its steps, and what none of them covers is
 * its own; of a step that asked another process, what that one accounts for is its, and the rest was on the way.
 */
export function timeParts(span: TraceSpan): TimePart[] {
  const parts = new Map<string, TimePart>();
  const add = (where: string, what: string, us: number) => {
    if (us <= 0) return;
    const key = `${where} ${what}`;
    parts.set(key, { where, what, us: us + (parts.get(key)?.us ?? 0) });
  };
  divide(span, add);
  return [...parts.values()];
}

function divide(span: TraceSpan, add: (where: string, what: string, us: number) => void): void {
  const { node, tookUs, omitted } = span;
  const shares = sharesOf(span);
  const own = tookUs - [...shares.values()].reduce((sum, us) => sum + us, 0);
  add(node, omitted ? 'itself, and steps that had no room' : 'itself', own);
  for (const [step, us] of shares) {
    const { span: asked, to } = step;
    // Where steps overlap, the parts of one that has only a share cannot be told.
    if (!asked || us < endOf(step, tookUs) - step.atUs) add(node, waitingWords(step), us);
    else {
      add(`${node} ↔ ${to}`, 'on the way', us - asked.tookUs);
      divide(asked, add);
    }
  }
}

/** Gives each moment to one of the steps that take time then: to what the process does, before what it waits for. */
function sharesOf({ steps, tookUs }: TraceSpan): Map<TraceStep, number> {
  const timed = steps.filter((step) => endOf(step, tookUs) > step.atUs);
  const moments = [...new Set(timed.flatMap((step) => [step.atUs, endOf(step, tookUs)]))].sort(
    (a, b) => a - b,
  );
  const shares = new Map<TraceStep, number>();
  for (const [place, from] of moments.entries()) {
    const to = moments[place + 1];
    if (to === undefined) break;
    const under = timed.filter((step) => step.atUs <= from && endOf(step, tookUs) >= to);
    if (under.length === 0) continue;
    const owner = under.reduce((best, step) => (rankOf(step) > rankOf(best) ? step : best));
    shares.set(owner, (shares.get(owner) ?? 0) + to - from);
  }
  return shares;
}

function endOf({ atUs, tookUs = 0 }: TraceStep, most: number): number {
  return Math.min(atUs + tookUs, most);
}

function rankOf({ to, error, span }: TraceStep): number {
  if (to === undefined) return 3;
  if (error === undefined && span) return 2;
  return error === undefined ? 1 : 0;
}
