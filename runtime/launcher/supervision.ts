import { assign, createActor, setup } from 'xstate';
import type { Clock } from '../clock.ts';
import type { Limits } from '../limits.ts';

/**
 * The care for one process: start it, start it again when it dies (after a pause that doubles, and starts small
 * again once the process has lived for a while), leave it when it says that starting would do harm, and see it
 * through to its end.
 */
export type SupervisionEvent =
  | { type: 'process.reported' }
  | { type: 'process.refused' }
  | { type: 'process.exited' }
  | { type: 'end.requested' }
  /** The time for ending in peace is over. */
  | { type: 'end.forced' };

export type SupervisionEffect =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'kill' };

export type SupervisionLimits = Pick<
  Limits,
  'restartBaseMs' | 'restartCapMs' | 'restartHealthyMs' | 'startMs' | 'drainMs'
>;

interface SupervisionContext {
  /** Deaths since the process was last healthy. */
  readonly deaths: number;
  readonly limits: SupervisionLimits;
}

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
    pause: ({ context }) => restartPauseMs(context.deaths, context.limits),
  },
}).createMachine({
  id: 'supervision',
  context: ({ input }) => ({ deaths: 0, limits: input }),
  initial: 'starting',
  states: {
    starting: {
      entry: { type: 'effect', params: { kind: 'spawn' } },
      after: { startLimit: { actions: { type: 'effect', params: { kind: 'kill' } } } },
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
      entry: { type: 'effect', params: { kind: 'drain' } },
      after: { drainLimit: { actions: { type: 'effect', params: { kind: 'kill' } } } },
      on: {
        'end.forced': { actions: { type: 'effect', params: { kind: 'kill' } } },
        'process.exited': 'ended',
      },
    },
    ended: { type: 'final' },
  },
});

/** Milliseconds before the next start after so many deaths in a row. */
export function restartPauseMs(
  deaths: number,
  { restartBaseMs, restartCapMs }: Pick<Limits, 'restartBaseMs' | 'restartCapMs'>,
): number {
  return Math.min(restartCapMs, restartBaseMs * 2 ** Math.max(0, deaths - 1));
}

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
  const machine = supervisionMachine.provide({ actions: { effect: (_, effect) => options.perform(effect) } });
  const actor = createActor(machine, { clock: options.clock, input: options.limits });
  const ended = new Promise<void>((resolve, reject) => {
    actor.subscribe({ complete: resolve, error: reject });
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
