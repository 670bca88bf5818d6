import { assign, setup } from 'xstate';
import { doublingMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Limits } from '../limits.ts';
import { createStatechart } from '../statechart.ts';

/**
 * Supervises one process: starts it, and starts it again when it dies (after a pause that doubles, and starts small
 * again once the process has lived for a while). A process that refuses to start is not started again.
 */
export type SupervisionEvent =
  | { type: 'process.reported' }
  | { type: 'process.refused' }
  | { type: 'process.exited' }
  | { type: 'end.requested' }
  /** The time for ending in peace is over. */
  | { type: 'end.forced' };

export type SupervisionEffect =
  | { readonly type: 'spawn' }
  | { readonly type: 'drain' }
  | { readonly type: 'kill' };

export type SupervisionLimits = Pick<
  Limits,
  'restartBaseMs' | 'restartCapMs' | 'restartHealthyMs' | 'startMs' | 'drainMs'
>;

interface SupervisionContext {
  /** Deaths since the process was last healthy. */
  readonly deaths: number;
  readonly limits: SupervisionLimits;
}

const restartBackoff = ({ restartBaseMs, restartCapMs }: SupervisionLimits) => ({
  baseMs: restartBaseMs,
  capMs: restartCapMs,
});

export const supervisionMachine = setup({
  types: {
    context: {} as SupervisionContext,
    input: {} as SupervisionLimits,
    events: {} as SupervisionEvent,
  },
  actions: {
    effect: (_, _effect: SupervisionEffect) => {},
    countDeath: assign({ deaths: ({ context }) => context.deaths + 1 }),
    forgetDeaths: assign({ deaths: 0 }),
  },
  delays: {
    startLimit: ({ context }) => context.limits.startMs,
    drainLimit: ({ context }) => context.limits.drainMs,
    healthy: ({ context }) => context.limits.restartHealthyMs,
    pause: ({ context }) => doublingMs(context.deaths, restartBackoff(context.limits)),
  },
}).createMachine({
  id: 'supervision',
  context: ({ input }) => ({ deaths: 0, limits: input }),
  initial: 'starting',
  states: {
    starting: {
      entry: { type: 'effect', params: { type: 'spawn' } },
      after: { startLimit: { actions: { type: 'effect', params: { type: 'kill' } } } },
      on: {
        'process.reported': 'up',
        'process.refused': 'refusing',
        'process.exited': 'pausing',
        'end.requested': 'ending',
      },
    },
    up: {
      after: { healthy: { actions: 'forgetDeaths' } },
      on: { 'process.exited': 'pausing', 'process.refused': 'refusing', 'end.requested': 'ending' },
    },
    pausing: {
      entry: 'countDeath',
      after: { pause: 'starting' },
      on: { 'end.requested': 'ended' },
    },
    refusing: { on: { 'process.exited': 'refused', 'end.requested': 'ending' } },
    refused: { on: { 'end.requested': 'ended' } },
    ending: {
      entry: { type: 'effect', params: { type: 'drain' } },
      after: { drainLimit: { actions: { type: 'effect', params: { type: 'kill' } } } },
      on: {
        'end.forced': { actions: { type: 'effect', params: { type: 'kill' } } },
        'process.exited': 'ended',
      },
    },
    ended: { type: 'final' },
  },
});

export interface Supervision {
  readonly state: 'starting' | 'up' | 'pausing' | 'refusing' | 'refused' | 'ending' | 'ended';
  /** Starts the process for the first time. */
  start(): void;
  send(event: SupervisionEvent): void;
  /** Resolves when the process has ended for good. */
  readonly ended: Promise<void>;
}

/** Runs the machine over a process that `perform` knows how to start, drain and kill. */
export function superviseProcess(options: {
  perform(effect: SupervisionEffect): void;
  clock: Clock;
  limits: SupervisionLimits;
}): Supervision {
  const { clock, limits, perform } = options;
  let end = { resolve: () => {}, reject: (_error: unknown) => {} };
  const ended = new Promise<void>((resolve, reject) => {
    end = { resolve, reject };
  });
  const actor = createStatechart<typeof supervisionMachine, SupervisionEffect>(supervisionMachine, {
    clock,
    input: limits,
    perform,
    failed: end.reject,
    completed: end.resolve,
  });
  return {
    get state() {
      return actor.getSnapshot().value;
    },
    start: () => void actor.start(),
    send: (event) => actor.send(event),
    ended,
  };
}
