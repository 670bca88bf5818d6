import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { sagaMachine } from '../actors/order/saga.ts';
import { replicaStatechart } from '../actors/raft/core/statechart.ts';
import { connectionMachine } from '../client/connection-machine.ts';
import { feedMachine } from '../gateway/feed/feed-machine.ts';
import { supervisionMachine } from '../runtime/launcher/supervision.ts';
import { linkMachine } from '../runtime/links/link-machine.ts';
import { lifecycleMachine } from '../runtime/process/lifecycle.ts';

/**
 * Writes `docs/statecharts.md` from the machines themselves; a test compares the two.
 *
 *     node --import tsx docs/statecharts.ts
 */
interface Chart {
  readonly machine: AnyStateMachine;
  readonly file: string;
  /** One or two sentences: whose state it is, and how many of it there are. */
  readonly says: string;
}

/** In the order in which a purchase meets them; then those of the processes themselves. */
export const CHARTS: readonly Chart[] = [
  {
    machine: connectionMachine,
    file: 'client/connection-machine.ts',
    says: 'The connection of a client library to the gateway. One for each client.',
  },
  {
    machine: sagaMachine,
    file: 'actors/order/saga.ts',
    says:
      'The course of one command in an order replica. Only those that are not answered at once get an actor; it ' +
      'begins with the first proposal already made.',
  },
  {
    machine: replicaStatechart,
    file: 'actors/raft/core/statechart.ts',
    says: 'The roles of Raft. One for each catalog.',
  },
  {
    machine: feedMachine,
    file: 'gateway/feed/feed-machine.ts',
    says: 'Following the commit feed of some catalog. One for each gateway.',
  },
  {
    machine: linkMachine,
    file: 'runtime/links/link-machine.ts',
    says: 'One end of a link between two processes. One for each link.',
  },
  {
    machine: lifecycleMachine,
    file: 'runtime/process/lifecycle.ts',
    says: 'The life of a process as `GET /status` shows it. One for each process.',
  },
  {
    machine: supervisionMachine,
    file: 'runtime/launcher/supervision.ts',
    says: "The launcher's supervision of one process. One for each process, and one for the private Redis.",
  },
];

const HEAD = `# Statecharts

Generated from the code by \`node --import tsx docs/statecharts.ts\`; a test fails when this file is not what the code gives.

Each machine is a diagram of its states and a table of everything it does. In a diagram, \`any\` stands for every
state beside it. In a table, an event without a state under *to* is handled without leaving the present state, and the
first row that fits is taken. What a machine asks of its host is its \`effect\`: the machines themselves do no I/O and
know neither clock nor chance.
`;

/** The text of `docs/statecharts.md`. */
export function statechartsDocument(): string {
  return [HEAD, ...CHARTS.map(section)].join('\n');
}

function section({ machine, file, says }: Chart): string {
  const { root } = machine;
  return [
    `## ${machine.id}`,
    '',
    `${says} [\`${file}\`](../${file})`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...drawInside(root, '  '),
    '```',
    '',
    '| in | on | if | to | does |',
    '|---|---|---|---|---|',
    ...tabulate(root),
    '',
  ].join('\n');
}

/** One way out of a state, or through it. */
interface Step {
  readonly source: AnyStateNode;
  readonly on: string;
  readonly guard: string;
  readonly target: AnyStateNode | undefined;
  readonly does: string;
}

function stepsFrom(source: AnyStateNode): Step[] {
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

function children(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

function descendants(node: AnyStateNode): AnyStateNode[] {
  return [node, ...children(node).flatMap(descendants)];
}

/** The children of a state and the arrows that need no more room than it has. */
function drawInside(node: AnyStateNode, indent: string): string[] {
  const lines: string[] = [];
  for (const child of children(node)) {
    const plain = idOf(child) === child.key;
    const name = `state ${plain ? child.key : `"${child.key}" as ${idOf(child)}`}`;
    if (children(child).length > 0)
      lines.push(`${indent}${name} {`, ...drawInside(child, `${indent}  `), `${indent}}`);
    else lines.push(`${indent}${plain ? child.key : name}`);
  }
  const [first] = node.initial?.target ?? [];
  if (first) lines.push(`${indent}[*] --> ${idOf(first)}`);

  const arrows = new Map<string, string[]>();
  const within = descendants(node).flatMap(stepsFrom);
  for (const { source, target, on, guard } of within) {
    if (!target || roomOf(source, target) !== node) continue;
    const from = isInside(target, source) ? anyOf(source) : idOf(source);
    const arrow = `${from} --> ${idOf(target)}`;
    const label = [on === 'always' && guard ? '' : on, guard && `[${guard}]`].filter(Boolean).join(' ');
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), label]);
    const stands = `${indent}state "any" as ${anyOf(source)}`;
    if (from === anyOf(source) && !lines.includes(stands)) lines.unshift(stands);
  }
  for (const [arrow, labels] of arrows) lines.push(`${indent}${arrow}: ${labels.join('<br/>')}`);
  for (const child of children(node))
    if (child.type === 'final') lines.push(`${indent}${idOf(child)} --> [*]`);
  return lines;
}

/** The innermost state that holds both ends of an arrow; one that leads into a state is drawn within it. */
function roomOf(source: AnyStateNode, target: AnyStateNode): AnyStateNode {
  let room: AnyStateNode = source;
  while (room.parent && !isInside(target, room)) room = room.parent;
  return room;
}

function isInside(node: AnyStateNode, holder: AnyStateNode): boolean {
  return node !== holder && node.path.length > holder.path.length && descendants(holder).includes(node);
}

const idOf = (node: AnyStateNode): string => node.path.join('_').replace(/\W/g, '_');
const anyOf = (node: AnyStateNode): string => [idOf(node), 'any'].filter(Boolean).join('_');

function tabulate(node: AnyStateNode): string[] {
  const rows: string[] = [];
  const add = (step: Omit<Step, 'source' | 'target'> & { target?: AnyStateNode | undefined }) => {
    const place = node.path.length === 0 ? '*any*' : node.path.join('.');
    const target = step.target ? step.target.path.join('.') : '';
    rows.push(`| ${[place, step.on, step.guard, target, step.does].join(' | ')} |`);
  };
  const entry = actionsText(node.entry);
  const exit = actionsText(node.exit);
  if (entry) add({ on: '*entry*', guard: '', does: entry });
  for (const step of stepsFrom(node)) add(step);
  if (exit) add({ on: '*exit*', guard: '', does: exit });
  return [...rows, ...children(node).flatMap(tabulate)];
}

const actionsText = (actions: readonly unknown[]): string =>
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

/** Stands for whatever context and event an effect's parameters are made from: every field of it is itself, as a number 0. */
const ANYTHING: object = new Proxy(
  {},
  { get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : ANYTHING) },
);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('statecharts.md', import.meta.url), statechartsDocument());
}
