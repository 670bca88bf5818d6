import type { Bound } from './bound.ts';

/** The bounds of watching the store at work. */
export const WATCH_BOUNDS = {
  watchLeaseMs: {
    value: 5_000,
    unit: 'ms',
    meaning: 'a node goes on telling a gateway its figures without being asked again',
  },
  watchRenewMs: { value: 2_000, unit: 'ms', meaning: 'between two renewals of that while somebody watches' },
  figuresEveryMs: { value: 250, unit: 'ms', meaning: 'between two figures of a node that is watched' },
  staleFiguresMs: {
    value: 1_000,
    unit: 'ms',
    meaning: 'without figures after which a watched node with an open link counts as unreachable',
  },
  keptHappenings: {
    value: 256,
    unit: 'happenings',
    meaning: 'of each node that are kept for those who begin to watch later',
  },
  maxHappeningsPerSecond: {
    value: 50,
    unit: 'happenings',
    meaning: 'of a node in one second; those beyond are counted',
  },
  maxSpectators: {
    value: 1_000,
    unit: 'connections',
    meaning: 'that watch the store at work',
    beyond: '429',
  },
} as const satisfies Readonly<Record<string, Bound>>;
