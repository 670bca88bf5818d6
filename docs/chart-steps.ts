import type { AnyStateNode } from 'xstate';

/** The steps of a machine, read from its states: what leads from where to where, on which event, and does what. */

/** One way out of a state, or through it. */
export interface Step {
  readonly source: AnyStateNode;
  readonly on: string;
  readonly guard: string;
  readonly target: AnyStateNode | undefined;
  readonly does: string;
}

export function stepsFrom(source: AnyStateNode): Step[] {
  const after = source.after.map((transition) => ({ on: `after ${transition.delay}`, transition }));
  const delayed = new Set(source.after.map(({ eventType }) => eventType));
  const handled = [...source.transitions.values()]
    .flat()
    .filter(({ eventType }) => !delayed.has(eventType))
    .map((transition) => ({ on: transition.eventType, transition }));
  const always = (source.always ?? []).map((transition) => ({ on: 'always', transition }));
  return [...always, ...handled, ...after].map(({ on, transition }) => ({
    source,
    on,
    guard: nameOf(transition.guard),
    target: transition.target?.[0],
    does: actionsText(transition.actions),
  }));
}

export function children(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

export function descendants(node: AnyStateNode): AnyStateNode[] {
  return [node, ...children(node).flatMap(descendants)];
}

export function isInside(node: AnyStateNode, holder: AnyStateNode): boolean {
  return node !== holder && node.path.length > holder.path.length && descendants(holder).includes(node);
}

/** Its place in the machine, such as `participating.leader`; empty for the machine itself. */
export const idOf = (node: AnyStateNode): string => node.path.join('.');

export const actionsText = (actions: readonly unknown[]): string =>
  actions
    .map(nameOf)
    .filter((name) => !TIMER_KEEPING.has(name))
    .join(', ');

/** What XState adds at entry and exit of a state with an `after`. */
const TIMER_KEEPING: ReadonlySet<string> = new Set(['xstate.raise', 'xstate.cancel']);

/** The name of an action or a guard, as the machine's table has it; of an effect, which one. */
function nameOf(named: unknown): string {
  if (named === undefined) return '';
  if (typeof named === 'string') return named;
  const { type, params, assignment } = named as { type: string; params?: unknown; assignment?: object };
  if (assignment) return `assign ${Object.keys(assignment).join(', ')}`;
  if (type !== 'effect') return type;
  const effect = (typeof params === 'function' ? params(ANYTHING) : params) as { type: string };
  return `**${effect.type}**`;
}

/** Stands for whatever context and event an effect's parameters are made from: every field of it is itself. */
const ANYTHING: object = new Proxy({}, { get: () => ANYTHING });
