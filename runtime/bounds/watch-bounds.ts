import { type Bound, bound } from './bound.ts';

/** The bounds of watching the store at work. */
export const WATCH_BOUNDS = {
  watchLeaseMs: bound(5_000, 'ms a node goes on telling a gateway its figures without being asked again'),
  watchRenewMs: bound(2_000, 'ms between two renewals of that while somebody watches'),
  figuresEveryMs: bound(250, 'ms between two figures of a node that is watched'),
  staleFiguresMs: bound(
    1_000,
    'ms without figures after which a watched node with an open link counts as unreachable',
  ),
  keptHappenings: bound(256, 'happenings of each node that are kept for those who begin to watch later'),
  maxHappeningsPerSecond: bound(50, 'happenings of a node in one second; those beyond are counted'),
  maxSpectators: bound(1_000, 'connections that watch the store at work', '429'),
} as const satisfies Readonly<Record<string, Bound>>;
