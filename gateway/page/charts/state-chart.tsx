import type { ChartArrow, ChartState, DrawnChart } from './chart-drawing.ts';
import { stateIn } from './charts.ts';

const LINE_HEIGHT = 15;

/** A statechart with the present state of one machine lit, and the way that it went last. */
export function StateChart({
  chart,
  owner,
  state,
  before,
}: {
  chart: DrawnChart;
  owner: string | null;
  state: string | null;
  before: string | null;
}) {
  const { width, height, states, arrows } = chart.drawing;
  const on = state === null ? undefined : stateIn(chart, state);
  const from = before === null ? undefined : stateIn(chart, before);
  const words =
    owner === null
      ? ''
      : `: ${owner} is in ${on ?? 'no known state'}${from ? `, and came from ${from}` : ''}`;
  return (
    <svg
      class="chart-drawing"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={`States of ${chart.name}${words}`}
    >
      <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
        <path class="head" d="M 0 0 L 8 4 L 0 8 Z" />
      </marker>
      {states.map((box) => (
        <Box key={box.id} box={box} isOn={on !== undefined && isIn(on, box.id)} />
      ))}
      {arrows.map((arrow) => (
        <Arrow key={`${arrow.from} ${arrow.to}`} arrow={arrow} isLast={wasGone(arrow, from, on)} />
      ))}
    </svg>
  );
}

const isIn = (state: string, box: string) => state === box || state.startsWith(`${box}.`);

/** An arrow that leads from the state before, or from what holds it, to the present one, or to what it begins in. */
export function wasGone(
  { from, to }: ChartArrow,
  before: string | undefined,
  on: string | undefined,
): boolean {
  if (before === undefined || on === undefined || from.endsWith('^')) return false;
  const source = from.replace('*', '');
  return (source === '' || isIn(before, source)) && isIn(on, to);
}

function Box({ box: { name, kind, x, y, width, height }, isOn }: { box: ChartState; isOn: boolean }) {
  if (kind === 'start') return <circle class="start" cx={x + 6} cy={y + 6} r="6" />;
  const isGroup = kind === 'group';
  return (
    <g class={isOn ? 'box on' : 'box'}>
      <rect class={kind} x={x} y={y} width={width} height={height} rx="8" />
      <text
        x={isGroup ? x + 12 : x + width / 2}
        y={isGroup ? y + 20 : y + height / 2 + 4.5}
        class={isGroup ? '' : 'middle'}
      >
        {isOn && !isGroup && '● '}
        {name}
      </text>
    </g>
  );
}

function Arrow({ arrow: { labels, labelAt, way }, isLast }: { arrow: ChartArrow; isLast: boolean }) {
  return (
    <g class={isLast ? 'arrow last' : 'arrow'}>
      <path d={`M ${way.map((point) => point.join(' ')).join(' L ')}`} marker-end="url(#head)" />
      {labels.map((label, line) => (
        <text key={label} x={labelAt?.[0]} y={(labelAt?.[1] ?? 0) + line * LINE_HEIGHT}>
          {label}
        </text>
      ))}
    </g>
  );
}
