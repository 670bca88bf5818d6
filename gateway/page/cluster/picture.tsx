import type { ComponentChildren } from 'preact';
import type { FiguresAnswer, WatchedNodeAnswer } from '../../../runtime/watch-answers.ts';
import { formatMs, formatPercent, formatRate } from '../format.ts';
import { linkSign } from '../signs.tsx';
import type { Sample } from '../watched-store.ts';
import { BOX, layOut, PICTURE_WIDTH, type Placed, wayBetween } from './layout.ts';
import { ProcessBox } from './process-box.tsx';
import { believedLeader, describeCluster } from './standing.ts';

/** The processes and their links, from left to right in the order of a purchase. The table beside it says the same. */
export function Picture({
  figures,
  sample,
  children,
}: {
  figures: FiguresAnswer;
  sample: Sample | undefined;
  /** Drawn over it, in its own coordinates. */
  children?: ComponentChildren;
}) {
  const { height, buyer, placed, cache } = layOut(figures);
  const gateways = placed.filter(({ node }) => node.kind === 'gateway');
  const redis = figures.nodes.find(({ figures: own }) => own?.gateway)?.figures?.gateway?.cache;
  return (
    <svg
      class="picture"
      viewBox={`0 0 ${PICTURE_WIDTH} ${height}`}
      role="img"
      aria-label={describeCluster(figures)}
    >
      <g class="columns">
        <text x={gateways[0]?.x} y="18">
          takes requests
        </text>
        <text x={placed.find(({ node }) => node.kind === 'order')?.x} y="18">
          sees them through
        </text>
        <text x={placed.find(({ node }) => node.kind === 'catalog')?.x} y="18">
          agree on one log
        </text>
      </g>
      {pairsOf(placed).map(([from, to]) => (
        <LinkLine
          key={`${from.node.id} ${to.node.id}`}
          from={from}
          to={to}
          busy={(sample?.purchases ?? 0) > 0}
        />
      ))}
      {gateways.map(({ node, x, y, height: tall }) => (
        <path
          key={node.id}
          class={`way open ${(sample?.requests ?? 0) > 0 ? 'busy' : ''}`}
          d={`M ${buyer.x + 24} ${buyer.y} C ${x - 24} ${buyer.y}, ${x - 24} ${y + tall / 2}, ${x} ${y + tall / 2}`}
        />
      ))}
      <g class="buyer" transform={`translate(${buyer.x} ${buyer.y})`}>
        <circle r="24" />
        <circle class="head" cy="-6" r="6" />
        <path d="M -11 12 C -11 2, 11 2, 11 12 Z" />
        <text y="42">buyers</text>
        <text y="58" class="quiet">
          {formatRate(sample?.requests)}/s
        </text>
      </g>
      {redis && (
        <g class={`cache ${redis.state}`} transform={`translate(${cache.x} ${cache.y})`}>
          <path class="way open" d="M 40 -44 V 0" />
          <rect width={BOX.width} height="48" rx="10" />
          <text x="14" y="20" class="name">
            {redis.kind === 'redis' ? 'Redis' : 'cache in memory'}
          </text>
          <text x="14" y="37" class="quiet">
            {redis.state === 'ready' ? '●' : '◐'} {redis.state} · hits {formatPercent(sample?.hitRate)}
          </text>
        </g>
      )}
      {placed.map((place) => (
        <ProcessBox key={place.node.id} place={place} figures={figures} />
      ))}
      <text class="version quiet" x={PICTURE_WIDTH - 8} y="18">
        version {figures.version?.toLocaleString('en-US') ?? '–'} · p99 {formatMs(sample?.p99Ms)}
      </text>
      {children}
    </svg>
  );
}

/** Every two that a link joins, the one first that stands further left. */
function pairsOf(placed: readonly Placed[]): [Placed, Placed][] {
  return placed.flatMap((from, index) =>
    placed.slice(index + 1).flatMap((to): [Placed, Placed][] => {
      const kinds = `${from.node.kind} ${to.node.kind}`;
      return kinds === 'gateway gateway' || kinds === 'order order' ? [] : [[from, to]];
    }),
  );
}

/** Worst first: a line shows the worse of what its two ends say. */
const ORDER = ['lost', 'pausing', 'greeting', 'dialling', 'open'];

function LinkLine({ from, to, busy }: { from: Placed; to: Placed; busy: boolean }) {
  const ends = [linkOf(from.node, to.node.id), linkOf(to.node, from.node.id)];
  const states = ends.flatMap((end) => end?.state ?? []);
  const isAway = [from, to].some(({ node }) => node.state === 'down');
  const state = isAway ? 'lost' : (ORDER.find((name) => states.includes(name as never)) ?? 'unknown');
  const isWay = believedLeader(from.node) === to.node.id && from.node.kind === 'order';
  const isFeed = believedLeader(from.node) === to.node.id && from.node.kind === 'gateway';
  const asks = from.node.kind === 'gateway' && to.node.kind === 'order';
  const sign = linkSign(state === 'unknown' ? undefined : state);
  const classes = ['way', state, isWay && 'lead', isFeed && 'feed', busy && (isWay || asks) && 'busy'];
  const path = wayBetween(from, to);
  return (
    <g class={`link ${sign.tone}`}>
      <path class={classes.filter(Boolean).join(' ')} d={path} />
      {sign.tone === 'bad' && <Cross from={from} to={to} />}
    </g>
  );
}

function Cross({ from, to }: { from: Placed; to: Placed }) {
  const isBeside = from.x === to.x;
  const y = (from.y + from.height / 2 + to.y + to.height / 2) / 2;
  const x = isBeside
    ? from.x + from.width + 16 + Math.abs(to.y - from.y) / 12
    : (from.x + from.width + to.x) / 2;
  return (
    <text class="cross" x={x} y={y + 5}>
      ✕
    </text>
  );
}

function linkOf(node: WatchedNodeAnswer, peer: string) {
  return node.figures?.links.find((link) => link.peer === peer);
}
