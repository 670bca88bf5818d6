import { assign, setup } from 'xstate';
import type { Result } from '../../runtime/domain.ts';
import { type AnswerMissed, type Asking, firstAsk, isLate, isPutOff, nextAsk, nextPause } from './asking.ts';
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
  | AnswerMissed;

export type RefundEffect =
  | { readonly type: 'refund'; readonly ask: number }
  | { readonly type: 'record'; readonly ask: number; readonly status: RefundStatus };

interface RefundContext extends Asking {
  readonly known: RefundStatus | undefined;
}

export const refundMachine = setup({
  types: {
    context: {} as RefundContext,
    input: {} as Pick<RefundContext, 'backoff'>,
    events: {} as RefundEvent,
  },
  delays: { backoff: ({ context }) => context.pauseMs },
  guards: {
    isLate,
    isPutOff,
    knowsAnswer: ({ context }) => context.known !== undefined,
  },
  actions: {
    /** Done by the host, which provides it. */
    effect: (_, _effect: RefundEffect) => {},
    ask: assign(({ context }) => nextAsk(context)),
    note: assign((_, known: RefundStatus) => ({ known, failures: 0 })),
    drawPause: assign(({ context }, { jitter }: { jitter: number }) => nextPause(context, jitter)),
  },
}).createMachine({
  id: 'refund',
  context: ({ input }) => ({ ...firstAsk(input.backoff), known: undefined }),
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
