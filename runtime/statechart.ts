import { type Actor, type AnyStateMachine, createActor, type InputFrom, type SnapshotFrom } from 'xstate';
import type { Clock } from './clock.ts';

export interface StatechartOptions<Machine extends AnyStateMachine, Effect> {
  readonly clock?: Clock;
  readonly input?: InputFrom<Machine>;
  /** Where to begin instead of at the initial state. */
  readonly snapshot?: SnapshotFrom<Machine>;
  readonly perform: (effect: Effect) => void;
  /** The machine itself failed, which is a fault of the code. */
  readonly failed: (error: unknown) => void;
  readonly completed?: () => void;
}

/**
 * An actor of a statechart whose one `effect` action tells as data what is to be done. Effects are gathered
 * during a step and performed after it, in order: by then the new state can be read, and events that they cause
 * are steps of their own. Start it with `start()`.
 */
export function createStatechart<Machine extends AnyStateMachine, Effect>(
  machine: Machine,
  options: StatechartOptions<Machine, Effect>,
): Actor<Machine> {
  const { perform, failed, completed } = options;
  const effects: Effect[] = [];
  const noting = machine.provide({
    actions: { effect: (_: unknown, effect: unknown) => void effects.push(effect as Effect) },
  });
  const { clock, input, snapshot } = options;
  const actor = createActor(noting as AnyStateMachine, { clock, input, snapshot }) as Actor<Machine>;

  function performAll(): void {
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) perform(effect);
  }

  actor.subscribe({
    next: performAll,
    complete() {
      performAll();
      completed?.();
    },
    error: failed,
  });
  return actor;
}
