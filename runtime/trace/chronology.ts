import { answerWords, errorWords, formatUs, stepWords, waitingWords } from './step-words.ts';
import type { TraceAnswer } from './trace-answers.ts';
import type { TraceSpan, TraceStep } from './trace-span.ts';

/**
 * A trace as one story in the gateway's time. The part of a process that was asked is drawn from the moment at which it was
 * asked, by its own durations; what its asker waited beyond them was on the way, there and back together, and is drawn
 * behind it. How it divides is not known: nobody compares two clocks here.
 */
export interface Chronology {
  readonly totalUs: number;
  /** The client and the processes that took part, in the order of a purchase. */
  readonly lanes: readonly string[];
  readonly events: readonly TraceEvent[];
  readonly bars: readonly TraceBar[];
  /** Long times in which nothing happens. */
  readonly idle: readonly IdleTime[];
}

/** One line of the story: something at one process, or an arrow from one to another. */
export interface TraceEvent {
  readonly atUs: number;
  readonly lane: string;
  readonly to?: string;
  /** `durable`: it is on a disk. `lost`: the arrow does not arrive. */
  readonly sign: 'arrow' | 'lost' | 'mark' | 'durable';
  readonly text: string;
}

/** One step as a bar: indented under the process that takes it. */
export interface TraceBar {
  readonly lane: string;
  readonly depth: number;
  readonly text: string;
  readonly fromUs: number;
  /** The same as `fromUs` for a moment. */
  readonly toUs: number;
  /** From here on it is not accounted for at either end. */
  readonly wayFromUs?: number;
  readonly sign: TraceEvent['sign'];
  /** What is waited for, where nothing else happens meanwhile. */
  readonly waiting: string;
}

export interface IdleTime {
  readonly fromUs: number;
  readonly toUs: number;
  readonly text: string;
}

export const CLIENT = 'client';
/** A time in which nothing happens is folded from so much on, in µs and as a part of the whole. */
const LEAST_IDLE_US = 5_000;
const LEAST_IDLE_PART = 0.1;
/** Waits that are told once they are over. */
const TOLD_AT_THEIR_END = new Set(['queue', 'gather']);
const AFTERWARDS = 'the client has its answer';

export function chronologyOf(trace: TraceAnswer): Chronology {
  const { span } = trace;
  const events: TraceEvent[] = [];
  const bars: TraceBar[] = [];

  function draw({ node, steps }: TraceSpan, base: number, depth: number): void {
    for (const step of steps) drawStep(node, step, base + step.atUs, depth);
  }

  function drawStep(node: string, step: TraceStep, fromUs: number, depth: number): void {
    const { to, tookUs = 0, span: asked, error } = step;
    const toUs = fromUs + tookUs;
    const sign = to === undefined ? (step.what === 'batch' ? 'durable' : 'mark') : 'arrow';
    const isLost = to !== undefined && error !== undefined && !asked;
    const failed = isLost ? `: ${errorWords(error)} after ${formatUs(tookUs)}` : '';
    const text = `${stepWords(step)}${failed}`;
    const bar = { lane: node, depth, text, fromUs, toUs, waiting: `${node} ${waitingWords(step)}` };
    bars.push({
      ...bar,
      sign: isLost ? 'lost' : sign,
      ...(to !== undefined && { text: `${text} → ${to}` }),
      ...(asked && { wayFromUs: Math.min(toUs, fromUs + asked.tookUs) }),
    });
    if (sign === 'durable')
      events.push({ atUs: fromUs, lane: node, sign: 'mark', text: 'writes it to its disk' });
    const atUs = sign === 'durable' || TOLD_AT_THEIR_END.has(step.what) ? toUs : fromUs;
    events.push({ atUs, lane: node, to, sign: isLost ? 'lost' : sign, text });
    if (asked) draw(asked, fromUs, depth + 1);
    if (to === undefined || isLost || step.tookUs === undefined) return;
    events.push({ atUs: toUs, lane: to, to: node, sign: 'arrow', text: answerWords(step) });
  }

  const end = endWords(trace);
  bars.push({
    lane: span.node,
    depth: 0,
    text: `purchase ${trace.cart}`,
    fromUs: 0,
    toUs: span.tookUs,
    sign: 'arrow',
    waiting: `${span.node} itself`,
  });
  events.push({ atUs: 0, lane: CLIENT, to: span.node, sign: 'arrow', text: `purchase ${trace.cart}` });
  draw(span, 0, 1);
  events.push({ atUs: span.tookUs, lane: span.node, to: CLIENT, sign: 'arrow', text: end });
  events.sort((a, b) => a.atUs - b.atUs);
  return {
    totalUs: span.tookUs,
    lanes: lanesOf(events),
    events,
    bars,
    idle: idleIn(span.tookUs, events, bars),
  };
}

/** What the client was told. */
export function endWords({ outcome, code, version, replayed }: TraceAnswer): string {
  const what = outcome === 'confirmed' ? 'confirmed' : outcome === 'refused' ? `refused: ${code}` : `${code}`;
  const at = version === undefined ? '' : `, version ${version}`;
  return `${what}${at}${replayed ? ', as recorded before' : ''}`;
}

const KINDS = [CLIENT, 'gateway', 'order', 'catalog', 'log'];

function lanesOf(events: readonly TraceEvent[]): string[] {
  const lanes = new Set(events.flatMap(({ lane, to }) => (to === undefined ? [lane] : [lane, to])));
  const kindOf = (lane: string) => KINDS.findIndex((kind) => lane.startsWith(kind));
  return [...lanes].sort((a, b) => kindOf(a) - kindOf(b) || a.localeCompare(b, 'en', { numeric: true }));
}

function idleIn(totalUs: number, events: readonly TraceEvent[], bars: readonly TraceBar[]): IdleTime[] {
  const least = Math.max(LEAST_IDLE_US, totalUs * LEAST_IDLE_PART);
  const times = new Set([
    ...events.map(({ atUs }) => atUs),
    ...bars.flatMap(({ fromUs, toUs, wayFromUs = toUs }) => [fromUs, wayFromUs, toUs]),
  ]);
  const moments = [...times].sort((a, b) => a - b);
  return moments.flatMap((fromUs, place) => {
    const toUs = moments[place + 1] ?? fromUs;
    return toUs - fromUs < least
      ? []
      : [{ fromUs, toUs, text: fromUs < totalUs ? whoWaits(bars, fromUs, toUs) : AFTERWARDS }];
  });
}

/** The innermost of what takes that time; of several the one that ends it. */
function whoWaits(bars: readonly TraceBar[], fromUs: number, toUs: number): string {
  const under = bars.filter((bar) => bar.fromUs <= fromUs && bar.toUs >= toUs);
  const [inner] = under.sort((a, b) => b.depth - a.depth || a.toUs - b.toUs);
  if (!inner) return 'nothing is noted';
  const { wayFromUs } = inner;
  return wayFromUs !== undefined && wayFromUs <= fromUs
    ? `${inner.waiting}: it is on the way`
    : inner.waiting;
}
