import { useEffect, useRef } from 'preact/hooks';
import type { Chronology, IdleTime, TraceEvent } from '../../../runtime/trace/chronology.ts';
import { formatUs } from '../../../runtime/trace/step-words.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { chosenLine, traceAddress } from './request-address.ts';

/** The story with a lane for each process: a table whose rows draw their arrow, so that it reads as well as it looks. */

const LANE = 96;
const ROW = 30;

type Row = { readonly event: TraceEvent; readonly line: number } | { readonly idle: IdleTime };

export function LanesForm({ chronology }: { chronology: Chronology }) {
  const { lanes, totalUs } = chronology;
  const digits = totalUs < 1_000_000 ? 2 : 1;
  return (
    <ScrollRegion label="What happened, line by line">
      <table class="lanes">
        <thead>
          <tr>
            <th scope="col" class="number">
              ms
            </th>
            <th scope="col">
              <span class="for-ears">where</span>
              <svg width={lanes.length * LANE} height={ROW} aria-hidden="true">
                {lanes.map((lane, at) => (
                  <text key={lane} x={middle(at)} y={ROW - 9}>
                    {lane}
                  </text>
                ))}
              </svg>
            </th>
            <th scope="col">what</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(chronology).map((row) =>
            'idle' in row ? (
              <IdleRow key={`idle ${row.idle.fromUs}`} idle={row.idle} lanes={lanes.length} />
            ) : (
              <EventRow key={row.line} row={row} lanes={lanes} digits={digits} />
            ),
          )}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** A folded time stands before the line that ends it. */
function rowsOf({ events, idle }: Chronology): Row[] {
  const folds = [...idle];
  return events.flatMap((event, at) => {
    const before: Row[] = [];
    while (folds[0] && folds[0].toUs <= event.atUs) before.push({ idle: folds.shift()! });
    return [...before, { event, line: at + 1 }];
  });
}

function EventRow(props: {
  row: { event: TraceEvent; line: number };
  lanes: readonly string[];
  digits: number;
}) {
  const { event, line } = props.row;
  const { atUs, lane, to, sign, text } = event;
  const isChosen = chosenLine.value === line;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    <tr ref={row} class={isChosen ? 'chosen' : ''} aria-current={isChosen ? 'true' : undefined}>
      <th scope="row" class="number">
        <a href={traceAddress({ form: 'lanes', line })}>
          {(atUs / 1_000).toFixed(props.digits)}
          <span class="for-ears"> ms, line {line}</span>
        </a>
      </th>
      <td>
        <span class="for-ears">{to ? `${lane} to ${to}` : lane}</span>
        <LaneDrawing event={event} lanes={props.lanes} />
      </td>
      <td class={sign === 'lost' ? 'bad' : undefined}>{text}</td>
    </tr>
  );
}

function LaneDrawing({ event: { lane, to, sign }, lanes }: { event: TraceEvent; lanes: readonly string[] }) {
  const from = middle(lanes.indexOf(lane));
  const end = to === undefined ? from : middle(lanes.indexOf(to));
  const step = end > from ? 1 : -1;
  return (
    <svg width={lanes.length * LANE} height={ROW} aria-hidden="true">
      {lanes.map((name, at) => (
        <path key={name} class="lane" d={`M ${middle(at)} 0 V ${ROW}`} />
      ))}
      {to === undefined ? (
        <text class={`mark ${sign}`} x={from} y={ROW / 2 + 5}>
          {sign === 'durable' ? '◆' : '●'}
        </text>
      ) : (
        <g class={`arrow ${sign}`}>
          <path d={`M ${from} ${ROW / 2} H ${end - step * 8}`} />
          {sign === 'lost' ? (
            <text x={end - step * 2} y={ROW / 2 + 5}>
              ✕
            </text>
          ) : (
            <path class="tip" d={`M ${end - 1.5 * step} ${ROW / 2} l ${-9 * step} -5 v 10 Z`} />
          )}
        </g>
      )}
    </svg>
  );
}

function IdleRow({ idle: { fromUs, toUs, text }, lanes }: { idle: IdleTime; lanes: number }) {
  const width = lanes * LANE;
  return (
    <tr class="idle">
      <th scope="row" class="number">
        ≈
      </th>
      <td>
        <svg width={width} height="12" aria-hidden="true">
          <path class="zigzag" d={zigzag(width)} />
        </svg>
      </td>
      <td>
        {formatUs(toUs - fromUs)}: {text}
      </td>
    </tr>
  );
}

function zigzag(width: number): string {
  const teeth = Array.from({ length: Math.floor(width / 12) }, () => 'l 6 -6 l 6 6');
  return `M 0 9 ${teeth.join(' ')}`;
}

const middle = (lane: number) => lane * LANE + LANE / 2;
