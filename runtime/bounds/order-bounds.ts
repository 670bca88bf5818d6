import type { Bound } from './bound.ts';

/** The bounds of order replicas. */
export const ORDER_BOUNDS = {
  maxSubmissions: {
    value: 20_000,
    unit: 'submissions',
    meaning: 'in flight in one order replica; more are `overloaded`',
  },
  submitMarginMs: {
    value: 50,
    unit: 'ms',
    meaning: 'before its deadline at which a submission is given up, so that the asker still hears why',
  },
  proposalTimeoutMs: {
    value: 700,
    unit: 'ms',
    meaning: "of one proposal's patience before the saga tries again",
  },
  sagaBackoffBaseMs: {
    value: 20,
    unit: 'ms',
    meaning: 'of the first pause of a saga; it doubles, with full jitter',
  },
  sagaBackoffCapMs: { value: 200, unit: 'ms', meaning: 'no pause of a saga is longer than' },
} as const satisfies Readonly<Record<string, Bound>>;
