import { assign, type SnapshotFrom, setup } from 'xstate';
import { fullJitterMs } from '../../runtime/backoff.ts';
import { isUnrecorded, type Result } from '../../runtime/domain.ts';
import type { ErrorCode, Outcome } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';

/**
 * The course of one command (a purchase, or an admin's change) from its first proposal to its end:
 * confirmed, refused, unknown, or none (it was never appended). Every proposal carries the same key and request
 * id, so whichever of them is decided first decides for all, and a late answer is as good as a prompt one. A refusal
 * that left no record is the exception: it decides only where no other proposal can be in the log.
 *
 * Sagas: Garcia-Molina and Salem, SIGMOD 1987; here the key's record in the log takes the place of compensation.
 */
export type SagaEvent =
  | { type: 'proposal.answered'; result: Result }
  /** `leader` is whom the refusing catalog follows, if it said; `jitter` in [0, 1) is the host's chance. */
  | {
      type: 'proposal.failed';
      attempt: number;
      code: ErrorCode;
      outcome: Outcome;
      leader: string | null;
      jitter: number;
    }
  /** The latest proposal has had its time; it may still be answered. */
  | { type: 'proposal.silent' }
  | { type: 'deadline.passed' };

type Failure = Extract<SagaEvent, { type: 'proposal.failed' }>;

export type SagaEffect =
  /** `again`: another proposal may be in the log, so this one's refusal must be recorded. */
  | { readonly type: 'propose'; readonly again: boolean }
  | { readonly type: 'answer'; readonly result: Result }
  | { readonly type: 'giveUp'; readonly code: ErrorCode };

interface SagaContext {
  /** Proposals made so far, which is also the number of the latest. */
  readonly attempt: number;
  /** Proposals without an answer or an error. */
  readonly open: number;
  /** True once a proposal has ended without saying whether it was appended. */
  readonly doubt: boolean;
  /** True while the latest proposal follows a refusal's word about the leader. */
  readonly led: boolean;
  readonly pauses: number;
  readonly pauseMs: number;
  readonly backoff: Pick<Limits, 'sagaBackoffBaseMs' | 'sagaBackoffCapMs'>;
}

type SagaInput = Pick<SagaContext, 'backoff'>;

/** Errors that another catalog, or a little patience, may mend. All others would come again. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unreachable',
  'link-lost',
  'timeout',
  'not-leader',
  'leader-lost',
  'overloaded',
  'unavailable',
  'draining',
  'behind',
  'outcome-unknown',
  'internal',
]);

/** True where an answer says no. */
export function isRefusal(result: Result): boolean {
  return result.kind === 'refused' || (result.kind === 'order' && result.order.status === 'refused');
}

function initialContext(input: SagaInput): SagaContext {
  return { ...input, attempt: 0, open: 0, doubt: false, led: false, pauses: 0, pauseMs: 0 };
}

export const sagaMachine = setup({
  types: {
    context: {} as SagaContext,
    input: {} as SagaInput,
    events: {} as SagaEvent,
  },
  delays: { backoff: ({ context }) => context.pauseMs },
  guards: {
    refuses: (_, event: { result: Result }) => isRefusal(event.result),
    decidesNothing: ({ context }, event: { result: Result }) =>
      isUnrecorded(event.result) && (context.open > 1 || context.doubt),
    isLate: ({ context }, event: Failure) => event.attempt !== context.attempt,
    namesLeader: ({ context }, event: Failure) => event.leader !== null && !context.led,
    isLasting: (_, event: Failure) => !PASSING.has(event.code),
    isLastingInDoubt: ({ context }, event: Failure) =>
      !PASSING.has(event.code) && (context.doubt || context.open > 1 || event.outcome === 'unknown'),
    mayBeAppended: ({ context }) => context.doubt || context.open > 0,
  },
  actions: {
    /** Done by the host, which provides it. */
    effect: (_, _effect: SagaEffect) => {},
    countProposal: assign(({ context }) => ({ attempt: context.attempt + 1, open: context.open + 1 })),
    noteFailure: assign(({ context }, event: Failure) => ({
      open: context.open - 1,
      doubt: context.doubt || event.outcome === 'unknown',
    })),
    noteEnd: assign(({ context }) => ({ open: context.open - 1 })),
    followLeader: assign({ led: true }),
    drawPause: assign(({ context: { pauses, backoff } }, { jitter }: Failure) => ({
      led: false,
      pauses: pauses + 1,
      pauseMs: fullJitterMs(pauses + 1, jitter, {
        baseMs: backoff.sagaBackoffBaseMs,
        capMs: backoff.sagaBackoffCapMs,
      }),
    })),
  },
}).createMachine({
  id: 'saga',
  context: ({ input }) => initialContext(input),
  initial: 'proposing',
  on: {
    'proposal.answered': [
      {
        guard: { type: 'decidesNothing', params: ({ event }) => event },
        actions: 'noteEnd',
      },
      {
        guard: { type: 'refuses', params: ({ event }) => event },
        target: '.refused',
        actions: { type: 'effect', params: ({ event }) => ({ type: 'answer', result: event.result }) },
      },
      {
        target: '.confirmed',
        actions: { type: 'effect', params: ({ event }) => ({ type: 'answer', result: event.result }) },
      },
    ],
    'deadline.passed': [
      { guard: 'mayBeAppended', target: '.unknown' },
      { target: '.none', actions: { type: 'effect', params: { type: 'giveUp', code: 'unavailable' } } },
    ],
    'proposal.failed': { actions: { type: 'noteFailure', params: ({ event }) => event } },
  },
  states: {
    proposing: {
      entry: [
        'countProposal',
        {
          type: 'effect',
          params: ({ context }) => ({ type: 'propose', again: context.open > 1 || context.doubt }),
        },
      ],
      on: {
        'proposal.silent': { target: 'proposing', reenter: true },
        'proposal.failed': [
          {
            guard: { type: 'isLate', params: ({ event }) => event },
            actions: { type: 'noteFailure', params: ({ event }) => event },
          },
          { guard: { type: 'isLastingInDoubt', params: ({ event }) => event }, target: 'unknown' },
          {
            guard: { type: 'isLasting', params: ({ event }) => event },
            target: 'none',
            actions: { type: 'effect', params: ({ event }) => ({ type: 'giveUp', code: event.code }) },
          },
          {
            guard: { type: 'namesLeader', params: ({ event }) => event },
            target: 'proposing',
            reenter: true,
            actions: [{ type: 'noteFailure', params: ({ event }) => event }, 'followLeader'],
          },
          {
            target: 'pausing',
            actions: [
              { type: 'noteFailure', params: ({ event }) => event },
              { type: 'drawPause', params: ({ event }) => event },
            ],
          },
        ],
      },
    },
    pausing: { after: { backoff: 'proposing' } },
    confirmed: { type: 'final' },
    refused: { type: 'final' },
    unknown: {
      type: 'final',
      entry: { type: 'effect', params: { type: 'giveUp', code: 'outcome-unknown' } },
    },
    none: { type: 'final' },
  },
});

/**
 * The saga as it stands when the first proposal is out. That first step is the same for every command and is
 * walked without an actor; one is made from this only when there is more to tell.
 */
export function afterFirstProposal(input: SagaInput): SnapshotFrom<typeof sagaMachine> {
  return sagaMachine.resolveState({
    value: 'proposing',
    context: { ...initialContext(input), attempt: 1, open: 1 },
  });
}
