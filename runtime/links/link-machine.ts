import { assign, setup } from 'xstate';
import type { Peer } from './mesh.ts';

/**
 * The life of one link, as seen from one end. The dialling end never gives up: whatever it loses, it dials
 * again after a pause. The accepting end has one connection and is over with it. What to do in the world comes
 * out as effects; what happened in it goes in as events.
 */
export type LinkEvent =
  | { type: 'connection.opened' }
  | { type: 'connection.lost'; reason: string }
  | { type: 'greeting.completed'; peer: Peer }
  | { type: 'frame.refused'; reason: string }
  | { type: 'silence.noticed' }
  | { type: 'pause.ended' }
  | { type: 'address.changed' }
  | { type: 'link.ended'; reason: string };

export type LinkEffect =
  /** Let go of any connection there is and get a new one: dial, or take the one that was accepted. */
  | { readonly type: 'connect' }
  /** Begin the greeting on the present connection. */
  | { readonly type: 'greet' }
  /** The peer has proved itself: asks and tells may pass. */
  | { readonly type: 'announceOpen'; readonly peer: Peer }
  /** No longer open: fail the pending asks, tell the observers. */
  | { readonly type: 'announceClosed' }
  /** Let go of the connection, if there still is one. */
  | { readonly type: 'hangUp'; readonly reason: string }
  /** Report `pause.ended` after a pause for this many failures in a row. */
  | { readonly type: 'backOff'; readonly failures: number }
  /** The link is over for good. */
  | { readonly type: 'retire' };

export interface LinkInput {
  /** True on the end that dials. */
  readonly dials: boolean;
  readonly greetingTimeoutMs: number;
}

export const linkMachine = setup({
  types: {
    input: {} as LinkInput,
    context: {} as LinkInput & { failures: number },
    events: {} as LinkEvent,
  },
  actions: {
    /** Collected by the host, which replaces this action. */
    effect: (_, _effect: LinkEffect) => {},
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
  guards: { dials: ({ context }) => context.dials },
  delays: {
    greetingTimeout: ({ context }) => context.greetingTimeoutMs,
    /** Open this long, a link counts as good again; one that opens and drops keeps backing off further. */
    proving: ({ context }) => context.greetingTimeoutMs,
  },
}).createMachine({
  id: 'link',
  context: ({ input }) => ({ ...input, failures: 0 }),
  initial: 'establishing',
  on: {
    'address.changed': { guard: 'dials', target: '.establishing.connecting', actions: 'forgetFailures' },
    'link.ended': {
      target: '.closed',
      actions: { type: 'effect', params: ({ event }) => ({ type: 'hangUp', reason: event.reason }) },
    },
  },
  states: {
    establishing: {
      after: { greetingTimeout: { target: 'lost' } },
      on: { 'connection.lost': { target: 'lost' }, 'frame.refused': { target: 'lost' } },
      initial: 'connecting',
      states: {
        connecting: {
          entry: { type: 'effect', params: { type: 'connect' } },
          on: { 'connection.opened': { target: 'greeting' } },
        },
        greeting: {
          entry: { type: 'effect', params: { type: 'greet' } },
          on: {
            'greeting.completed': {
              target: '#link.open',
              actions: {
                type: 'effect',
                params: ({ event }) => ({ type: 'announceOpen', peer: event.peer }),
              },
            },
          },
        },
      },
    },
    open: {
      after: { proving: { actions: 'forgetFailures' } },
      on: {
        'connection.lost': { target: 'lost' },
        'frame.refused': { target: 'lost' },
        'silence.noticed': { target: 'lost' },
      },
      exit: { type: 'effect', params: { type: 'announceClosed' } },
    },
    lost: {
      entry: {
        type: 'effect',
        params: ({ event }) => ({ type: 'hangUp', reason: reasonOf(event) }),
      },
      always: [{ guard: 'dials', target: 'backingOff' }, { target: 'closed' }],
    },
    backingOff: {
      entry: [
        'countFailure',
        {
          type: 'effect',
          params: ({ context }) => ({ type: 'backOff', failures: context.failures }),
        },
      ],
      on: { 'pause.ended': { target: 'establishing.connecting' } },
    },
    closed: {
      type: 'final',
      entry: { type: 'effect', params: { type: 'retire' } },
    },
  },
});

/** Why a link was lost. The machine's own timer is the only event without a name in `LinkEvent`. */
function reasonOf(event: LinkEvent): string {
  switch (event.type) {
    case 'connection.lost':
    case 'frame.refused':
    case 'link.ended':
      return event.reason;
    case 'silence.noticed':
      return 'silence';
    default:
      return 'no greeting in time';
  }
}
