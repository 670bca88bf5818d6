import { assign, setup } from 'xstate';
import type { Result } from '../../runtime/domain.ts';
import { type AnswerMissed, type Asking, firstAsk, isLate, isPutOff, nextAsk, nextPause } from './asking.ts';
import type { PaymentStatus } from './payment-port.ts';

/**
 * The course of a purchase that is paid for: its copies are held, the payment service is asked, and what it says is put into
 * the log. Only what the service says ends a hold early, since silence may hide that the money was taken. Where the hold ends
 * first, whatever was or may still be taken is made void, and only that ends the course. All of its memory that counts is in
 * the log and with the service, so another order replica goes on with it where the log says that it stands; two at once do
 * no harm.
 *
 * Sagas: Garcia-Molina and Salem, SIGMOD 1987. A void is the compensation.
 */
export type PaymentEvent =
  /** The log has it; this replica or another one put it there. */
  | { type: 'hold.kept' }
  /** There is nothing to pay for, as far as is known. */
  | { type: 'hold.missed' }
  /** It has ended in the log. */
  | { type: 'hold.over' }
  /** `ask` is the number of the one that is answered. */
  | { type: 'service.told'; ask: number; status: PaymentStatus }
  | { type: 'log.told'; ask: number; result: Result }
  | AnswerMissed;

export type PaymentEffect =
  | { readonly type: 'pay' | 'void' | 'confirm'; readonly ask: number }
  | { readonly type: 'release'; readonly ask: number; readonly payment: 'declined' | 'voided' };

/** What is known to have become of the payment; `over`: nothing, and it must be made void. */
type Known = PaymentStatus | 'over' | undefined;

interface PaymentContext extends Asking {
  readonly known: Known;
}

type PaymentInput = Pick<PaymentContext, 'backoff'>;

export const paymentMachine = setup({
  types: { context: {} as PaymentContext, input: {} as PaymentInput, events: {} as PaymentEvent },
  delays: { backoff: ({ context }) => context.pauseMs },
  guards: {
    isLate,
    isPutOff,
    isCaptured: (_, event: { status: PaymentStatus }) => event.status === 'captured',
    cameTooLate: (_, event: { result: Result }) => event.result.kind === 'refused',
    knowsCapture: ({ context }) => context.known === 'captured',
    knowsNo: ({ context }) => context.known === 'declined' || context.known === 'voided',
    knowsEnd: ({ context }) => context.known === 'over',
    knowsNothing: ({ context }) => context.known === undefined,
  },
  actions: {
    /** Done by the host, which provides it. */
    effect: (_, _effect: PaymentEffect) => {},
    ask: assign(({ context }) => nextAsk(context)),
    note: assign((_, known: Exclude<Known, undefined>) => ({ known, failures: 0 })),
    drawPause: assign(({ context }, { jitter }: { jitter: number }) => nextPause(context, jitter)),
  },
}).createMachine({
  id: 'payment',
  context: ({ input }) => ({ ...firstAsk(input.backoff), known: undefined }),
  initial: 'holding',
  on: {
    'answer.missed': [
      { guard: { type: 'isLate', params: ({ event }) => event } },
      { target: '.unknown', actions: { type: 'drawPause', params: ({ event }) => event } },
    ],
  },
  states: {
    holding: { on: { 'hold.kept': 'paying', 'hold.over': 'voiding', 'hold.missed': 'ended' } },
    paying: {
      entry: ['ask', { type: 'effect', params: ({ context }) => ({ type: 'pay', ask: context.asks }) }],
      on: {
        'hold.over': 'voiding',
        'service.told': [
          { guard: { type: 'isLate', params: ({ event }) => event } },
          {
            guard: { type: 'isCaptured', params: ({ event }) => event },
            target: 'confirming',
            actions: { type: 'note', params: ({ event }) => event.status },
          },
          { target: 'releasing', actions: { type: 'note', params: ({ event }) => event.status } },
        ],
      },
    },
    unknown: {
      on: { 'hold.over': { guard: 'knowsNothing', target: 'voiding' } },
      after: {
        backoff: [
          { guard: 'knowsCapture', target: 'confirming' },
          { guard: 'knowsNo', target: 'releasing' },
          { guard: 'knowsEnd', target: 'voiding' },
          { target: 'paying' },
        ],
      },
    },
    confirming: {
      entry: ['ask', { type: 'effect', params: ({ context }) => ({ type: 'confirm', ask: context.asks }) }],
      on: {
        'log.told': [
          { guard: { type: 'isLate', params: ({ event }) => event } },
          {
            guard: { type: 'isPutOff', params: ({ event }) => event },
            target: 'unknown',
            actions: { type: 'drawPause', params: { jitter: 1 } },
          },
          { guard: { type: 'cameTooLate', params: ({ event }) => event }, target: 'voiding' },
          { target: 'ended' },
        ],
      },
    },
    releasing: {
      entry: [
        'ask',
        {
          type: 'effect',
          params: ({ context }) => ({
            type: 'release',
            ask: context.asks,
            payment: context.known === 'declined' ? 'declined' : 'voided',
          }),
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
    voiding: {
      entry: [
        'ask',
        { type: 'note', params: 'over' },
        { type: 'effect', params: ({ context }) => ({ type: 'void', ask: context.asks }) },
      ],
      on: {
        'service.told': [
          { guard: { type: 'isLate', params: ({ event }) => event } },
          {
            guard: { type: 'isCaptured', params: ({ event }) => event },
            target: 'unknown',
            actions: { type: 'drawPause', params: { jitter: 1 } },
          },
          { target: 'releasing', actions: { type: 'note', params: ({ event }) => event.status } },
        ],
      },
    },
    ended: { type: 'final' },
  },
});
