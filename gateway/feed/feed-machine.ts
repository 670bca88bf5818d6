import { assign, setup } from 'xstate';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';

/** What the follower does after a step. */
export type FeedEffect =
  /** Choose an open catalog and say `catalog.chosen`, if there is one. */
  | { readonly type: 'choose' }
  /** Ask it for the feed. */
  | { readonly type: 'follow'; readonly catalog: NodeId }
  /** See whether the feed is still alive, and ask it; if not say `feed.stalled`. */
  | { readonly type: 'look' };

export type FeedEvent =
  | { readonly type: 'catalog.opened' }
  | { readonly type: 'catalog.chosen'; readonly catalog: NodeId }
  | { readonly type: 'catalog.lost'; readonly catalog: NodeId }
  | { readonly type: 'follow.granted' }
  | { readonly type: 'follow.failed' }
  | { readonly type: 'feed.stalled' };

type Times = Pick<Limits, 'retryPauseMs' | 'feedAliveMs'>;

/** Following the commit feed of some catalog, as long as one is there. */
export const feedMachine = setup({
  types: {
    context: {} as Times & { readonly catalog: NodeId | null },
    input: {} as Times,
    events: {} as FeedEvent,
  },
  actions: { effect: (_, _effect: FeedEffect) => {} },
  guards: {
    isFollowed: ({ context, event }) => event.type === 'catalog.lost' && event.catalog === context.catalog,
  },
  delays: {
    retryPause: ({ context }) => context.retryPauseMs,
    feedAlive: ({ context }) => context.feedAliveMs,
  },
}).createMachine({
  id: 'feed',
  context: ({ input }) => ({ ...input, catalog: null }),
  initial: 'searching',
  states: {
    searching: {
      entry: { type: 'effect', params: { type: 'choose' } },
      on: {
        'catalog.opened': { target: 'searching', reenter: true },
        'catalog.chosen': { target: 'asking', actions: assign({ catalog: ({ event }) => event.catalog }) },
      },
    },
    asking: {
      entry: { type: 'effect', params: ({ context }) => ({ type: 'follow', catalog: context.catalog! }) },
      on: { 'follow.granted': 'live', 'follow.failed': 'pausing' },
    },
    pausing: { after: { retryPause: 'searching' } },
    live: {
      on: {
        'catalog.lost': { guard: 'isFollowed', target: 'searching' },
        'feed.stalled': 'searching',
      },
      initial: 'looking',
      states: {
        looking: { entry: { type: 'effect', params: { type: 'look' } }, always: 'listening' },
        listening: { after: { feedAlive: 'looking' } },
      },
    },
  },
});
