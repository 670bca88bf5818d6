import type { FiguresAnswer } from '../../../runtime/watch-answers.ts';
import { formatCount, formatMs } from '../format.ts';
import { roleSign, stateSign } from '../signs.tsx';
import { CATALOG, type Placed } from './layout.ts';
import { outerEngine, type Standing, standingOf } from './standing.ts';

/** One process in the picture: its state, and what is its own: role, countdown and log of a catalog. */
export function ProcessBox({ place, figures }: { place: Placed; figures: FiguresAnswer }) {
  const { node, x, y, width, height } = place;
  const state = stateSign(node.state);
  const standing = standingOf(node, figures);
  const isAway = node.state === 'down' || node.state === 'unreachable';
  const isLeader = standing?.raft.role === 'leader' && !isAway;
  const classes = ['process', state.tone, isLeader && 'leader', isAway && 'away'].filter(Boolean).join(' ');
  return (
    <g class={classes} transform={`translate(${x} ${y})`}>
      <rect width={width} height={height} rx="12" />
      <text class="name" x="16" y="26">
        {node.id}
      </text>
      <text class={`state ${state.tone}`} x={width - 14} y="26">
        {state.shape} {state.word}
      </text>
      {standing && !isAway ? (
        <CatalogFacts standing={standing} figures={figures} id={node.id} />
      ) : (
        <Facts place={place} engine={outerEngine(figures)} />
      )}
    </g>
  );
}

function Facts({ place: { node }, engine }: { place: Placed; engine: string | undefined }) {
  const own = node.figures;
  const lines = own?.order
    ? [
        own.order.leader ? `asks ${own.order.leader}` : engine ? 'asks any catalog' : 'knows no leader',
        `${formatCount(own.order.inFlight)} in flight · ${own.lateMs} ms late`,
      ]
    : own?.gateway
      ? [
          own.gateway.feed ? `feed of ${own.gateway.feed}` : 'follows no feed',
          `${formatCount(own.links.reduce((sum, { asks }) => sum + asks, 0))} asked · ${own.lateMs} ms late`,
        ]
      : engine && node.reason == null
        ? [`follows the log of ${engine}`, '']
        : [shortened(node.reason ?? ''), ''];
  return (
    <>
      {lines.map((line, row) => (
        <text key={row} class="quiet" x="16" y={50 + row * 20}>
          {line}
        </text>
      ))}
    </>
  );
}

const shortened = (text: string) => (text.length > 34 ? `${text.slice(0, 33)}…` : text);

function CatalogFacts({ standing, figures, id }: { standing: Standing; figures: FiguresAnswer; id: string }) {
  const { raft, behind } = standing;
  const role = roleSign(raft.role);
  const sync = figures.nodes.find((node) => node.id === id)?.figures?.sync;
  return (
    <>
      <g transform="translate(28 54)">
        <Countdown raft={raft} />
      </g>
      <text class={`role ${role.tone}`} x="52" y="51">
        {role.shape} {role.word} <tspan class="quiet">· term {formatCount(raft.term)}</tspan>
      </text>
      <text class="quiet" x="52" y="69">
        {raft.votes ? `votes: ${raft.votes.length}` : followWord(standing)} · sync {formatMs(sync?.lastMs)}
      </text>
      <LogTail standing={standing} />
      <text class="quiet" x="16" y="115">
        commit {formatCount(raft.commit)}
      </text>
      <text class={`quiet end ${behind ? 'warn' : ''}`} x={CATALOG.width - 14} y="115">
        {behind === null ? 'no leader' : behind === 0 ? 'up to date' : `${formatCount(behind)} behind`}
      </text>
    </>
  );
}

function followWord({ raft }: Standing): string {
  if (raft.role === 'leader') return 'leads';
  return raft.leader ? `follows ${raft.leader.replace('catalog-', 'c-')}` : 'knows no leader';
}

const RADIUS = 13;
const ROUND = 2 * Math.PI * RADIUS;

/** The arc shrinks as the time to the next election passes; a word from the leader fills it again. */
function Countdown({ raft }: { raft: Standing['raft'] }) {
  const { role, electionElapsedMs, electionTimeoutMs } = raft;
  const left = electionTimeoutMs > 0 ? Math.max(0, 1 - electionElapsedMs / electionTimeoutMs) : 0;
  const part = role === 'leader' ? 1 : left;
  return (
    <>
      <circle class="dial" r={RADIUS} />
      <circle
        class={`dial left ${role}`}
        r={RADIUS}
        stroke-dasharray={`${part * ROUND} ${ROUND}`}
        transform="rotate(-90)"
      />
      {role === 'leader' && (
        <text class="star" y="5">
          ★
        </text>
      )}
    </>
  );
}

/** Entries that the bar shows. */
const TAIL = 40;

/** The last entries of the log: committed and applied, in the log, and missing that another has. */
function LogTail({ standing: { raft, end } }: { standing: Standing }) {
  const width = CATALOG.width - 32;
  const from = end - Math.max(TAIL, end - raft.applied + 4);
  const scale = width / (end - from);
  const place = (index: number) => Math.max(0, (index - from) * scale);
  const bar = (start: number, stop: number) => ({
    x: place(start),
    width: Math.max(0, place(stop) - place(start)),
  });
  return (
    <g class="log" transform="translate(16 84)">
      <rect class="missing" width={width} height="10" rx="3" />
      <rect class="held" {...bar(from, raft.lastIndex)} height="10" rx="3" />
      <rect class="committed" {...bar(from, raft.commit)} height="10" rx="3" />
      <rect class="applied" {...bar(from, raft.applied)} height="10" rx="3" />
    </g>
  );
}
