import { assign, setup } from 'xstate';
import type { NodeId } from '../../runtime/links/mesh.ts';

/**
 * What an order replica knows of the catalogs, for as long as it lives. Who leads is hearsay: it is told by
 * answers and refusals, and doubted as soon as the believed leader is silent, lost or denies it. A wrong belief
 * costs a hop, never a wrong answer.
 */
export type OutlookEvent =
  | { type: 'catalog.linked'; id: NodeId }
  | { type: 'catalog.lost'; id: NodeId }
  | { type: 'leader.learnt'; id: NodeId }
  | { type: 'leader.doubted'; id: NodeId };

export type OutlookEffect = { readonly kind: 'canServe' } | { readonly kind: 'cannotServe' };

interface OutlookContext {
  readonly linked: readonly NodeId[];
  readonly leader: NodeId | null;
}

type About = Pick<OutlookEvent, 'id'>;

export const outlookMachine = setup({
  types: { context: {} as OutlookContext, events: {} as OutlookEvent },
  guards: {
    isLinked: ({ context }, { id }: About) => context.linked.includes(id),
    isLeader: ({ context }, { id }: About) => context.leader === id,
    isLastLink: ({ context }, { id }: About) => context.linked.length === 1 && context.linked[0] === id,
  },
  actions: {
    /** Done by the host, which provides it. */
    effect: (_, _effect: OutlookEffect) => {},
    link: assign(({ context }, { id }: About) => ({
      linked: [...context.linked.filter((other) => other !== id), id],
    })),
    unlink: assign(({ context }, { id }: About) => ({
      linked: context.linked.filter((other) => other !== id),
    })),
    believe: assign((_, { id }: About) => ({ leader: id })),
    forget: assign({ leader: null }),
  },
}).createMachine({
  id: 'outlook',
  context: { linked: [], leader: null },
  initial: 'cutOff',
  on: { 'catalog.linked': { actions: { type: 'link', params: ({ event }) => event } } },
  states: {
    cutOff: {
      on: {
        'catalog.linked': {
          target: 'linked',
          actions: [
            { type: 'link', params: ({ event }) => event },
            { type: 'effect', params: { kind: 'canServe' } },
          ],
        },
      },
    },
    linked: {
      initial: 'leaderless',
      on: {
        'catalog.lost': [
          {
            guard: { type: 'isLastLink', params: ({ event }) => event },
            target: 'cutOff',
            actions: [
              { type: 'unlink', params: ({ event }) => event },
              { type: 'effect', params: { kind: 'cannotServe' } },
            ],
          },
          {
            guard: { type: 'isLeader', params: ({ event }) => event },
            target: '.leaderless',
            actions: { type: 'unlink', params: ({ event }) => event },
          },
          { actions: { type: 'unlink', params: ({ event }) => event } },
        ],
        'leader.learnt': {
          guard: { type: 'isLinked', params: ({ event }) => event },
          target: '.led',
          actions: { type: 'believe', params: ({ event }) => event },
        },
      },
      states: {
        leaderless: {},
        led: {
          on: {
            'leader.doubted': {
              guard: { type: 'isLeader', params: ({ event }) => event },
              target: 'leaderless',
            },
          },
          exit: 'forget',
        },
      },
    },
  },
});
