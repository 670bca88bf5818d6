import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { paymentMachine } from '../actors/order/payment-machine.ts';
import { refundMachine } from '../actors/order/refund-machine.ts';
import { sagaMachine } from '../actors/order/saga.ts';
import { replicaStatechart } from '../actors/raft/core/statechart.ts';
import { connectionMachine } from '../client/connection-machine.ts';
import { feedMachine } from '../gateway/feed/feed-machine.ts';
import type { ChartRow, DrawnChart } from '../gateway/page/charts/chart-drawing.ts';
import { supervisionMachine } from '../runtime/launcher/supervision.ts';
import { linkMachine } from '../runtime/links/link-machine.ts';
import { lifecycleMachine } from '../runtime/process/lifecycle.ts';
import { layOutChart } from './chart-layout.ts';
import { actionsText, children, idOf, type Step, stepsFrom } from './chart-steps.ts';
import { chartSvg } from './chart-svg.ts';

/**
 * Writes `docs/statecharts.md`, the drawings in `docs/charts/` and what the page draws of them from the machines
 * themselves; a test compares them.
 *
 *     node --import tsx docs/statecharts.ts
 */
interface NamedMachine {
  readonly machine: AnyStateMachine;
  readonly file: string;
  /** One or two sentences: whose state it is, and how many of it there are. */
  readonly says: string;
}

/** In the order in which a purchase meets them; then those of the processes themselves. */
export const CHARTS: readonly NamedMachine[] = [
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
    machine: paymentMachine,
    file: 'actors/order/payment-machine.ts',
    says:
      'The course of one purchase that is paid for, in an order replica of a store with a payment service. Each command ' +
      'that it puts into the log is seen through as above; `unknown` is where the last ask left it without an answer.',
  },
  {
    machine: refundMachine,
    file: 'actors/order/refund-machine.ts',
    says: 'The course of one refund that the payment service is asked for, after its cancellation has been answered.',
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

/** Where each file is written, from the project's root, and its text. */
export async function statechartFiles(): Promise<ReadonlyMap<string, string>> {
  const charts = await Promise.all(CHARTS.map(chartOf));
  const files = new Map<string, string>();
  files.set('docs/statecharts.md', [HEAD, ...charts.map(section)].join('\n'));
  for (const { name, drawing } of charts) files.set(`docs/charts/${name}.svg`, chartSvg(name, drawing));
  const lines = charts.map((chart) => `  ${JSON.stringify(chart)}`);
  files.set('gateway/page/charts/charts.json', `[\n${lines.join(',\n')}\n]\n`);
  return files;
}

async function chartOf({ machine, file, says }: NamedMachine): Promise<DrawnChart> {
  const drawing = await layOutChart(machine);
  return { name: machine.id, says, file, drawing, rows: rowsOf(machine.root) };
}

function section({ name, says, file, rows }: DrawnChart): string {
  return [
    `## ${name}`,
    '',
    `${says} [\`${file}\`](../${file})`,
    '',
    `![The states of ${name} and what leads from one to another](charts/${name}.svg)`,
    '',
    '| in | on | if | to | does |',
    '|---|---|---|---|---|',
    ...rows.map(([place, on, condition, to, does]) => {
      const row = [place || '*any*', ON_THE_WAY.has(on) ? `*${on}*` : on, condition, to, does];
      return `| ${row.join(' | ')} |`;
    }),
    '',
  ].join('\n');
}

const ON_THE_WAY: ReadonlySet<string> = new Set(['entry', 'exit']);

function rowsOf(node: AnyStateNode): ChartRow[] {
  const rows: ChartRow[] = [];
  const add = ({ on, guard, target, does }: Omit<Step, 'source'>) =>
    rows.push([idOf(node), on, guard, target ? idOf(target) : '', does]);
  const entry = actionsText(node.entry);
  const exit = actionsText(node.exit);
  if (entry) add({ on: 'entry', guard: '', target: undefined, does: entry });
  for (const step of stepsFrom(node)) add(step);
  if (exit) add({ on: 'exit', guard: '', target: undefined, does: exit });
  return [...rows, ...children(node).flatMap(rowsOf)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void write();

async function write(): Promise<void> {
  const project = new URL('../', import.meta.url);
  await mkdir(new URL('docs/charts/', project), { recursive: true });
  for (const [path, text] of await statechartFiles()) await writeFile(new URL(path, project), text);
}
