import type { Chronology, TraceBar } from '../../../runtime/trace/chronology.ts';
import { type FoldedAxis, foldedAxis } from '../../../runtime/trace/folded-axis.ts';
import { formatUs } from '../../../runtime/trace/step-words.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { lookAt, panned, type ZoomWindow, zoomed, zoomWindow } from './request-address.ts';

/** The steps as bars over one line of time, each under the process that took it. */

const WIDTH = 640;
const ROW = 24;
const LEAST_BAR = 2;
/** Room for a sign at either end of the line. */
const MARGIN = 7;

export function WaterfallForm({ chronology }: { chronology: Chronology }) {
  const axis = foldedAxis(chronology);
  const zoom = zoomWindow.value;
  return (
    <>
      <fieldset class="zoom">
        <legend class="for-ears">Zoom</legend>
        <button type="button" onClick={() => lookAt({ zoom: zoomed(zoom, 0.5) })}>
          +<span class="for-ears"> closer</span>
        </button>
        <button type="button" disabled={isWhole(zoom)} onClick={() => lookAt({ zoom: zoomed(zoom, 2) })}>
          −<span class="for-ears"> wider</span>
        </button>
        <button type="button" disabled={zoom.from <= 0} onClick={() => lookAt({ zoom: panned(zoom, -0.25) })}>
          ←<span class="for-ears"> earlier</span>
        </button>
        <button type="button" disabled={zoom.to >= 1} onClick={() => lookAt({ zoom: panned(zoom, 0.25) })}>
          →<span class="for-ears"> later</span>
        </button>
        <span class="quiet">
          {isWhole(zoom) ? 'the whole time' : `${percent(zoom.from)} to ${percent(zoom.to)} of the line`}
          {axis.breaks.length > 0 &&
            `, ${axis.breaks.length} idle ${axis.breaks.length === 1 ? 'time' : 'times'} folded`}
        </span>
      </fieldset>
      <ScrollRegion label="The steps, as a waterfall">
        <table class="waterfall">
          <thead>
            <tr>
              <th scope="col">step</th>
              <th scope="col" class="number">
                took
              </th>
              <th scope="col">
                <span class="for-ears">when</span>
                <AxisDrawing axis={axis} zoom={zoom} />
              </th>
            </tr>
          </thead>
          <tbody>
            {chronology.bars.map((bar, at) => (
              <tr key={at}>
                <th scope="row" class="step" style={{ paddingLeft: `${bar.depth * 0.9}rem` }}>
                  <span class="quiet">{bar.lane}</span>{' '}
                  <span class={bar.sign === 'lost' ? 'bad' : undefined}>{bar.text}</span>
                </th>
                <td class="number">{bar.toUs > bar.fromUs ? formatUs(bar.toUs - bar.fromUs) : '–'}</td>
                <td>
                  <span class="for-ears">at {formatUs(bar.fromUs)}</span>
                  <BarDrawing bar={bar} axis={axis} zoom={zoom} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <p class="legend fine">
        <span class="key work">in the process</span>
        <span class="key way">on the way, there and back</span>
        <span class="key lost">no answer</span>
        <span class="key fold">idle, folded</span>
      </p>
    </>
  );
}

function BarDrawing({ bar, axis, zoom }: { bar: TraceBar; axis: FoldedAxis; zoom: ZoomWindow }) {
  const { fromUs, toUs, wayFromUs = toUs, sign } = bar;
  const at = (us: number) => placeIn(zoom, axis.place(us));
  const [from, way, to] = [at(fromUs), at(wayFromUs), at(toUs)];
  return (
    <svg width={WIDTH} height={ROW} aria-hidden="true">
      <Breaks axis={axis} zoom={zoom} height={ROW} />
      {toUs === fromUs ? (
        <text class={`mark ${sign}`} x={from} y={ROW / 2 + 5}>
          ●
        </text>
      ) : (
        <g class={`bar ${sign}`}>
          <rect
            class="work"
            x={from}
            y="6"
            width={Math.max(LEAST_BAR, way - from)}
            height={ROW - 12}
            rx="2"
          />
          {wayFromUs < toUs && <rect class="way" x={way} y="9" width={to - way} height={ROW - 18} />}
          {sign === 'durable' && (
            <text class="mark durable" x={to} y={ROW / 2 + 5}>
              ◆
            </text>
          )}
        </g>
      )}
    </svg>
  );
}

function AxisDrawing({ axis, zoom }: { axis: FoldedAxis; zoom: ZoomWindow }) {
  return (
    <svg width={WIDTH} height={ROW} aria-hidden="true">
      <path class="axis" d={`M 0 ${ROW - 3} H ${WIDTH}`} />
      <Breaks axis={axis} zoom={zoom} height={ROW} />
      {axis.breaks.map(({ from, to, fromUs, toUs }) => (
        <text key={from} class="fold" x={placeIn(zoom, (from + to) / 2)} y={ROW - 9}>
          {formatUs(toUs - fromUs)}
        </text>
      ))}
    </svg>
  );
}

function Breaks({ axis, zoom, height }: { axis: FoldedAxis; zoom: ZoomWindow; height: number }) {
  return (
    <>
      {axis.breaks.map(({ from, to }) => {
        const x = placeIn(zoom, from);
        return <rect key={from} class="fold" x={x} width={placeIn(zoom, to) - x} height={height} />;
      })}
    </>
  );
}

const placeIn = ({ from, to }: ZoomWindow, place: number) =>
  MARGIN + ((place - from) / (to - from)) * (WIDTH - 2 * MARGIN);
const isWhole = ({ from, to }: ZoomWindow) => from <= 0 && to >= 1;
const percent = (part: number) => `${Math.round(part * 100)} %`;
