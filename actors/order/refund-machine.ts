import { assign, setup } from 'xstate';
import { fullJitterMs } from '../../runtime/backoff.ts';
import type { Result } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { RefundStatus } from './payment-port.ts';

/**
 * The course of a refund: the payment service is asked under the one key of the cancellation until it answers, and what it says
 * is put into the log until that has it. Nothing waits for it; the copies are where they belong already. Who takes over from a
 * dead order replica begins anew, and hears what that one has heard.
 */
export type RefundEvent =
  /** `ask` is the number of the one that is answered. */
  | { type: 'service.told'; ask: number; status: RefundStatus }
  | { type: 'log.told'; ask: number; result: Result }
  /** No answer, or none that tells; `jitter` in [0, 1) is the host's chance. */
  | { type: 'answer.missed'; ask: number; jitter: number };

export type RefundEffect =
  | { readonly type: 'refund'; readonly ask: number }
  | { readonly type: 'record'; readonly ask: number; readonly status: RefundStatus };

interface RefundContext {
  /** Asks so far, of the service and of the log; also the number of the latest. */
  readonly asks: number;
  readonly known: RefundStatus | undefined;
  readonly failures: number;
  readonly pauseMs: number;
  readonly backoff: Pick<Limits, 'paymentBackoffBaseMs' | 'paymentBackoffCapMs'>;
}

export const refundMachine = setup({
  types: {
    context: {} as RefundContext,
    input: {} as Pick<RefundContext, 'backoff'>,
    events: {} as RefundEvent,
  },
  delays: { backoff: ({ context }) => context.pauseMs },
  guards: {
    isLate: ({ context }, event: { ask: number }) => event.ask !== context.asks,
    /** Nothing is decided: not every catalog can do that yet. */
    isPutOff: (_, { result }: { result: Result }) => result.kind === 'refused' && result.code === 'not-yet',
    knowsAnswer: ({ context }) => context.known !== undefined,
  },
  actions: {
    /** Done by the host, which provides it. */
    effect: (_, _effect: RefundEffect) => {},
    ask: assign(({ context }) => ({ asks: context.asks + 1 })),
    note: assign((_, known: RefundStatus) => ({ known, failures: 0 })),
    drawPause: assign(({ context: { failures, backoff } }, { jitter }: { jitter: number }) => ({
      failures: failures + 1,
      pauseMs: fullJitterMs(failures + 1, jitter, {
        baseMs: backoff.paymentBackoffBaseMs,
        capMs: backoff.paymentBackoffCapMs,
      }),
    })),
  },
}).createMachine({
  id: 'refund',
  context: ({ input }) => ({ ...input, asks: 0, known: undefined, failures: 0, pauseMs: 0 }),
  initial: 'asking',
  on: {
    'answer.missed': [
      { guard: { type: 'isLate', params: ({ event }) => event } },
      { target: '.unknown', actions: { type: 'drawPause', params: ({ event }) => event } },
    ],
  },
  states: {
    asking: {
      entry: ['ask', { type: 'effect', params: ({ context }) => ({ type: 'refund', ask: context.asks }) }],
      on: {
        'service.told': [
          { guard: { type: 'isLate', params: ({ event }) => event } },
          { target: 'recording', actions: { type: 'note', params: ({ event }) => event.status } },
        ],
      },
    },
    unknown: {
      after: { backoff: [{ guard: 'knowsAnswer', target: 'recording' }, { target: 'asking' }] },
    },
    recording: {
      entry: [
        'ask',
        {
          type: 'effect',
          params: ({ context }) => ({ type: 'record', ask: context.asks, status: context.known! }),
        },
      ],
      on: {
        'log.told': [
          { guard: { type: 'isLate', params: ({ event }) => event } },
          {
            guard: { type: 'isPutOff', params: ({ event }) => event },
            target: 'unknown',
            actions: { type: 'drawPause', params: { jitter: 1 } },
          },
          { target: 'ended' },
        ],
      },
    },
    ended: { type: 'final' },
  },
});
