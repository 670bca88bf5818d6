import { bound } from './bound.ts';

/** The bounds of order replicas. */
export const ORDER_BOUNDS = {
  maxSubmissions: bound(20_000, 'submissions in flight in one order replica; more are `overloaded`'),
  submitMarginMs: bound(
    50,
    'ms before its deadline at which a submission is given up, so that the asker still hears why',
  ),
  proposalTimeoutMs: bound(700, "ms of one proposal's patience before the saga tries again"),
  sagaBackoffBaseMs: bound(20, 'ms of the first pause of a saga; it doubles, with full jitter'),
  sagaBackoffCapMs: bound(200, 'ms no pause of a saga is longer than'),
};
