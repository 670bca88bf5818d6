import { type Chronology, chronologyOf, endWords, type IdleTime, type TraceEvent } from './chronology.ts';
import { formatUs } from './step-words.ts';
import { type TimePart, timeParts } from './time-parts.ts';
import type { TraceAnswer } from './trace-answers.ts';

/**
 * A trace as text, for terminals and for those who listen to the page: a lane for each process, time downwards, what
 * happens at the right; and where the time went.
 */
export function traceText(trace: TraceAnswer): string {
  const { span } = trace;
  return [
    `Order ${trace.orderId}: ${endWords(trace)}${trace.total ? `, ${trace.total}` : ''}; ${formatUs(span.tookUs)} in all`,
    '',
    ...lanesText(chronologyOf(trace)),
    '',
    'Where the time went',
    ...partsText(timeParts(span), span.tookUs),
  ].join('\n');
}

const TIME_WIDTH = 9;
const LANE_WIDTH = 12;

function lanesText({ lanes, events, idle, totalUs }: Chronology): string[] {
  const places = new Map(lanes.map((lane, index) => [lane, index * LANE_WIDTH + LANE_WIDTH / 2]));
  const head = `${'ms'.padStart(TIME_WIDTH)} ${lanes.map((lane) => centred(lane)).join('')}`;
  const lines = [head.trimEnd()];
  const waits = [...idle];
  for (const event of events) {
    while (waits[0] && waits[0].toUs <= event.atUs) lines.push(idleText(waits.shift()!, lanes.length));
    const time = (event.atUs / 1_000).toFixed(totalUs < 1_000_000 ? 2 : 1);
    lines.push(`${time.padStart(TIME_WIDTH)} ${eventLanes(event, places, lanes.length)}  ${event.text}`);
  }
  return lines;
}

function centred(lane: string): string {
  const room = LANE_WIDTH - lane.length;
  return lane
    .padStart(lane.length + Math.ceil(room / 2) + 1)
    .slice(0, LANE_WIDTH)
    .padEnd(LANE_WIDTH);
}

function idleText({ fromUs, toUs, text }: IdleTime, lanes: number): string {
  const words = `${formatUs(toUs - fromUs)}: ${text}`;
  return `${'≈'.padStart(TIME_WIDTH)} ${` ${words} `.padStart(words.length + 5, '~').padEnd(lanes * LANE_WIDTH, '~')}`;
}

const SIGNS = { mark: '●', durable: '◆' } as const;

function eventLanes(
  { lane, to, sign }: TraceEvent,
  places: ReadonlyMap<string, number>,
  lanes: number,
): string {
  const cells = Array.from({ length: lanes * LANE_WIDTH }, () => ' ');
  for (const place of places.values()) cells[place] = '│';
  const from = places.get(lane)!;
  if (to === undefined || (sign !== 'arrow' && sign !== 'lost')) {
    cells[from] = sign === 'durable' ? SIGNS.durable : SIGNS.mark;
    return cells.join('');
  }
  const end = places.get(to)!;
  const step = end > from ? 1 : -1;
  for (let place = from + step; place !== end; place += step) cells[place] = '─';
  cells[from] = step > 0 ? '├' : '┤';
  cells[end - step] = step > 0 ? '▶' : '◀';
  if (sign === 'lost') cells[end] = '✕';
  return cells.join('');
}

function partsText(parts: readonly TimePart[], totalUs: number): string[] {
  const width = parts.reduce((most, { where, what }) => Math.max(most, where.length + what.length + 2), 0);
  return parts.map(({ where, what, us }) => {
    const part = totalUs === 0 ? 0 : Math.round((us / totalUs) * 100);
    return `  ${`${where}  ${what}`.padEnd(width)}  ${formatUs(us).padStart(8)}  ${`${part} %`.padStart(5)}`;
  });
}
