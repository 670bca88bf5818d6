import { assign, setup } from 'xstate';
import { fullJitterMs } from '../runtime/backoff.ts';

/** What the machine asks its host to do. */
export type ConnectionEffect =
  | { readonly type: 'dial' }
  | { readonly type: 'greet' }
  | { readonly type: 'announce' }
  | { readonly type: 'hangUp' };

/** `chance` is a fresh number in [0, 1), from which the next pause is made. */
export type ConnectionEvent =
  | { type: 'socket.opened' }
  | { type: 'greeting.answered' }
  | { type: 'socket.closed'; chance: number }
  | { type: 'client.closed' };

export interface ConnectionTimes {
  readonly greetingTimeoutMs: number;
  readonly steadyMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

/**
 * The client's connection to the gateway, dialled again until the client is closed. In `greeting` the admin token
 * is shown before anything else is sent. Only a connection that has lasted a while makes the pauses short again.
 */
export const connectionMachine = setup({
  types: {
    input: {} as ConnectionTimes,
    context: {} as { readonly times: ConnectionTimes; readonly failures: number; readonly pauseMs: number },
    events: {} as ConnectionEvent,
  },
  actions: {
    effect: (_, _effect: ConnectionEffect) => {},
    countFailure: assign(({ context: { times, failures } }, { chance }: { chance: number }) => ({
      failures: failures + 1,
      pauseMs: fullJitterMs(failures + 1, chance, { baseMs: times.backoffBaseMs, capMs: times.backoffCapMs }),
    })),
    forgetFailures: assign({ failures: 0 }),
  },
  delays: {
    greetingTimeout: ({ context }) => context.times.greetingTimeoutMs,
    steady: ({ context }) => context.times.steadyMs,
    pause: ({ context }) => context.pauseMs,
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => ({ times: input, failures: 0, pauseMs: 0 }),
  initial: 'trying',
  on: { 'client.closed': '.closed' },
  states: {
    trying: {
      on: {
        'socket.closed': {
          target: 'backingOff',
          actions: { type: 'countFailure', params: ({ event }) => ({ chance: event.chance }) },
        },
      },
      initial: 'connecting',
      states: {
        connecting: {
          entry: { type: 'effect', params: { type: 'dial' } },
          on: { 'socket.opened': 'greeting' },
          after: { greetingTimeout: { actions: { type: 'effect', params: { type: 'hangUp' } } } },
        },
        greeting: {
          entry: { type: 'effect', params: { type: 'greet' } },
          on: { 'greeting.answered': 'open' },
          after: { greetingTimeout: { actions: { type: 'effect', params: { type: 'hangUp' } } } },
        },
        open: {
          entry: { type: 'effect', params: { type: 'announce' } },
          after: { steady: { actions: 'forgetFailures' } },
        },
      },
    },
    backingOff: { after: { pause: 'trying' } },
    closed: { entry: { type: 'effect', params: { type: 'hangUp' } }, type: 'final' },
  },
});
