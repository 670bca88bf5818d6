import { layOut, type Placed } from '../cluster/layout.ts';
import { Picture } from '../cluster/picture.tsx';
import { MomentTable } from './moment-table.tsx';
import type { FlightView, Moment } from './protocol.ts';
import { showsQuiet } from './replay.ts';

/** The processes at one moment, in the picture of the cluster: messages on their way, faults, what is cut. */
export function MomentPicture({ moment }: { moment: Moment }) {
  const { figures, flights, nodes, blocked } = moment;
  const { placed } = layOut(figures);
  const placeOf = new Map(placed.map((place) => [place.node.id, place]));
  const shown = flights.filter(({ isQuiet }) => showsQuiet.value || !isQuiet);
  return (
    <>
      <Picture figures={figures} sample={undefined}>
        {blocked.map((way) => {
          const [from, to] = way.split('>').map((id) => placeOf.get(id));
          return from && to && <Dot key={way} class="cut" letter="✂" from={from} to={to} part={0.5} />;
        })}
        {shown.map((flight, at) => (
          <Flight key={at} flight={flight} placeOf={placeOf} />
        ))}
        {placed.map(({ node, x, y, width, height }) => (
          <text key={node.id} class="outside-fault" x={x + width - 14} y={y + height + 15}>
            {nodes.find(({ id }) => id === node.id)?.fault}
          </text>
        ))}
      </Picture>
      <details class="as-table" open={matchMedia('(max-width: 760px)').matches}>
        <summary>As a table</summary>
        <MomentTable moment={moment} />
      </details>
    </>
  );
}

function Flight({ flight, placeOf }: { flight: FlightView; placeOf: ReadonlyMap<string, Placed> }) {
  const [from, to] = [placeOf.get(flight.from), placeOf.get(flight.to)];
  if (!from || !to) return null;
  return (
    <Dot
      class={flight.isQuiet ? 'flight beat' : 'flight'}
      letter={flight.letter}
      from={from}
      to={to}
      part={flight.part}
    />
  );
}

interface DotProps {
  readonly class: string;
  readonly letter: string;
  readonly from: Placed;
  readonly to: Placed;
  readonly part: number;
}

function Dot({ class: kind, letter, from, to, part }: DotProps) {
  const { x, y } = placeOn(from, to, part);
  return (
    <g class={kind} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
      <circle r="9" />
      <text y="4">{letter}</text>
    </g>
  );
}

/** A point on the line between two boxes, which is drawn by `wayBetween`. */
function placeOn(from: Placed, to: Placed, part: number): { x: number; y: number } {
  if (from.x > to.x) return placeOn(to, from, 1 - part);
  const [y1, y2] = [from.y + from.height / 2, to.y + to.height / 2];
  if (from.x === to.x) {
    const right = from.x + from.width;
    const bulge = right + 18 + Math.abs(y2 - y1) / 9;
    return { x: bezier(right, bulge, bulge, right, part), y: bezier(y1, y1, y2, y2, part) };
  }
  const [x1, x2] = [from.x + from.width, to.x];
  const bend = (x2 - x1) / 2;
  return { x: bezier(x1, x1 + bend, x2 - bend, x2, part), y: bezier(y1, y1, y2, y2, part) };
}

function bezier(a: number, b: number, c: number, d: number, part: number): number {
  const rest = 1 - part;
  return rest ** 3 * a + 3 * rest ** 2 * part * b + 3 * rest * part ** 2 * c + part ** 3 * d;
}
