import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatCount, formatMs } from '../format.ts';
import type { Experiment } from './experiment.ts';
import type { Measured, Value } from './measured.ts';
import { type Scale, scaleOf } from './scale.ts';

/**
 * What was measured as a drawing: places from top to bottom, each with its series, as wide as there is room. Beside the marks
 * stands what they say, in a column of its own.
 */

const EDGE = 10;
const PLACE_HEIGHT = 22;
const SERIES_HEIGHT = 20;
const GAP = 10;
const AXIS_HEIGHT = 24;
/** Of one letter of a label, about. */
const LETTER = 6.8;

export const valueText = ({ unit }: Measured, value: number) =>
  unit === 'ms' ? formatMs(value) : formatCount(value);

const labelOf = (measured: Measured, { value }: Value, name: string) =>
  [valueText(measured, value), name].filter(Boolean).join(' · ');

export function FigureChart(props: {
  experiment: Experiment;
  measured: Measured;
  drawing: RefObject<SVGSVGElement | null>;
}) {
  const { experiment, measured, drawing } = props;
  const { places, series } = measured;
  const width = useSignal(600);
  useEffect(() => {
    const box = drawing.current!.parentElement!;
    const fitting = new ResizeObserver(() => {
      width.value = Math.max(240, box.clientWidth);
    });
    fitting.observe(box);
    return () => fitting.disconnect();
  }, []);

  const placeHeight = PLACE_HEIGHT + series.length * SERIES_HEIGHT + GAP;
  const height = Math.max(1, places.length) * placeHeight + AXIS_HEIGHT;
  const labels = series.flatMap(({ name, values }) =>
    values.flatMap((value) => (value ? labelOf(measured, value, name).length : [])),
  );
  const right = width.value - LETTER * labels.reduce((most, length) => Math.max(most, length), 0) - 2 * EDGE;
  const scale = scaleOf(measured, experiment.drawing !== 'bars', EDGE, right);
  const yOf = (place: number, of: number) => place * placeHeight + PLACE_HEIGHT + (of + 0.5) * SERIES_HEIGHT;
  const points = series.map(({ values }, of) =>
    values.flatMap((value, place) =>
      value ? [{ ...value, x: scale.x(value.value), y: yOf(place, of) }] : [],
    ),
  );
  return (
    <div class="drawing">
      <svg
        ref={drawing}
        width={width.value}
        height={height}
        role="img"
        aria-label={experiment.says(measured)}
      >
        <rect class="paper" width={width.value} height={height} />
        <Axis scale={scale} measured={measured} bottom={height - AXIS_HEIGHT} right={right} />
        {experiment.drawing === 'line' &&
          points.map((along, of) => (
            <polyline
              key={of}
              class={`along line-${of}`}
              points={along.map(({ x, y }) => `${x},${y}`).join(' ')}
            />
          ))}
        {places.map((place, at) => (
          <text key={place} class="place" x={EDGE} y={at * placeHeight + 15}>
            {place}
          </text>
        ))}
        {points.map((along, of) =>
          along.map((point) => (
            <g key={`${of} ${point.y}`} class={`line-${of}`}>
              <Mark point={point} of={of} scale={scale} isBar={experiment.drawing === 'bars'} />
              <text x={right + EDGE} y={point.y + 4}>
                {labelOf(measured, point, series[of]!.name)}
              </text>
            </g>
          )),
        )}
      </svg>
    </div>
  );
}

type Point = Value & { readonly x: number; readonly y: number };

/** A bar; or a point at the median, with a line to what 99 % were within. A series has its shape beside its colour. */
function Mark({ point, of, scale, isBar }: { point: Point; of: number; scale: Scale; isBar: boolean }) {
  const { x, y, p99 } = point;
  if (isBar)
    return <rect class={`bar bar-${of}`} x={EDGE} y={y - 6} width={Math.max(1, x - EDGE)} height="12" />;
  const far = p99 === undefined ? undefined : scale.x(p99);
  return (
    <>
      {far !== undefined && <path class="whisker" d={`M${x} ${y}H${far}M${far} ${y - 4}V${y + 4}`} />}
      {of === 0 ? (
        <circle class="mark" cx={x} cy={y} r="5.5" />
      ) : (
        <rect class="mark" x={x - 5} y={y - 5} width="10" height="10" />
      )}
    </>
  );
}

function Axis(props: { scale: Scale; measured: Measured; bottom: number; right: number }) {
  const { scale, measured, bottom, right } = props;
  return (
    <g class="ticks">
      {scale.ticks.map((tick) => {
        const x = scale.x(tick);
        const isLast = x > right - 50;
        return (
          <g key={tick}>
            <line x1={x} x2={x} y1="0" y2={bottom} />
            <text class={isLast ? 'before' : ''} x={isLast ? x : x + 2} y={bottom + 16}>
              {valueText(measured, tick)}
            </text>
          </g>
        );
      })}
    </g>
  );
}
