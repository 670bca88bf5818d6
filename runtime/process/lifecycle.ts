import { createActor, setup } from 'xstate';
import type { Clock } from '../clock.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { NodeState } from '../node-status.ts';

export type { NodeState };

type LifecycleEvent =
  | { type: 'node.opened' }
  | { type: 'node.caughtUp' }
  | { type: 'node.fellBehind' }
  | { type: 'drain.requested' }
  | { type: 'drain.finished' };

/** The life of one process. Draining is bounded: what has not finished after `drainMs` is given up. */
export const lifecycleMachine = setup({
  types: {
    context: {} as { readonly drainMs: number },
    input: {} as { readonly drainMs: number },
    events: {} as LifecycleEvent,
  },
  delays: { drainLimit: ({ context }) => context.drainMs },
}).createMachine({
  id: 'lifecycle',
  context: ({ input }) => ({ drainMs: input.drainMs }),
  initial: 'running',
  states: {
    running: {
      on: { 'drain.requested': 'draining' },
      initial: 'starting',
      states: {
        starting: { on: { 'node.opened': 'catching-up' } },
        'catching-up': { on: { 'node.caughtUp': 'ready' } },
        ready: { on: { 'node.fellBehind': 'catching-up' } },
      },
    },
    draining: { on: { 'drain.finished': 'stopped' }, after: { drainLimit: 'stopped' } },
    stopped: { type: 'final' },
  },
});

/** One process's life cycle. Events that do not fit the present state change nothing. */
export interface Lifecycle {
  readonly state: NodeState;
  /** The store and the links are open. */
  opened(): void;
  /** It can serve: a catalog has applied what was committed, the others can reach a catalog. */
  caughtUp(): void;
  /** It can serve no more, for now. */
  fellBehind(): void;
  /** No new work from here on; `drained` or the passing of `drainMs` ends it. */
  drain(): void;
  drained(): void;
  /** Calls `changed` with every later state. */
  observe(changed: (state: NodeState) => void): void;
}

export function createLifecycle(options: {
  clock: Clock;
  logger: Logger;
  limits?: Pick<Limits, 'drainMs'>;
}): Lifecycle {
  const { clock, logger, limits = DEFAULT_LIMITS } = options;
  const observers: ((state: NodeState) => void)[] = [];
  const actor = createActor(lifecycleMachine, { clock, input: { drainMs: limits.drainMs } });
  const read = (): NodeState => {
    const { value } = actor.getSnapshot();
    if (typeof value === 'object') return value.running;
    return value === 'stopped' ? 'down' : value;
  };

  let state = read();
  const changed = () => {
    const next = read();
    if (next === state) return;
    state = next;
    logger.info(`now ${state}`);
    for (const observer of observers) observer(state);
  };
  actor.subscribe({ next: changed, error: (error) => logger.error({ err: error }, 'life cycle failed') });
  actor.start();

  return {
    get state() {
      return state;
    },
    opened: () => actor.send({ type: 'node.opened' }),
    // Both are said at every tick; the interpreter is asked only where they say something new.
    caughtUp: () => void (state === 'catching-up' && actor.send({ type: 'node.caughtUp' })),
    fellBehind: () => void (state === 'ready' && actor.send({ type: 'node.fellBehind' })),
    drain: () => actor.send({ type: 'drain.requested' }),
    drained: () => actor.send({ type: 'drain.finished' }),
    observe: (observer) => void observers.push(observer),
  };
}
