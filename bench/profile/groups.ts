import type { CpuProfile, ProfileNode } from './inspector.ts';

/** What a sample of the stack was spent on. */
export type Group = (typeof GROUPS)[number];

export const GROUPS = [
  'system calls',
  'sockets',
  'HTTP',
  'parse',
  'check',
  'encode',
  'statechart',
  'disk',
  'deciding',
  'Redis',
  'links',
  'timers and turns',
  'GC',
  'rest',
] as const;

/** The first that fits counts. A frame is told by its function and its file. */
const RULES: readonly (readonly [Group, RegExp])[] = [
  ['GC', /^\(garbage collector\) /],
  ['parse', /^parse native|^(decodeFrame|parseJson|readMessage) /],
  ['encode', /^stringify native|^encode\w+ /],
  ['check', /\/(zod|ajv|fast-uri)\/|parse-request\.ts|gateway\/bridge\/operations\/fields/],
  ['statechart', /\/xstate\/|runtime\/statechart\.ts|core\/statechart\.ts/],
  ['disk', /\/(classic-level|abstract-level|level|level-supports)\/|\/storage\//],
  ['Redis', /\/(ioredis|redis-parser|@ioredis)\/|gateway\/cache\/(redis|remote-cache|seal)/],
  [
    'HTTP',
    /\/(fastify|@fastify|find-my-way|light-my-request|avvio|secure-json-parse)\/|node:(_http|internal\/http)|bridge\/http\//,
  ],
  [
    'sockets',
    /\/ws\/|node:(net|stream|internal\/stream|internal\/streams|_http_incoming|buffer|internal\/buffer|events)/,
  ],
  [
    'timers and turns',
    /node:(timers|internal\/timers|internal\/process|internal\/async_hooks|async_hooks)|runtime\/(clock|deadline-wheel)\.ts/,
  ],
  ['links', /runtime\/links\//],
  ['deciding', /actors\/(catalog|raft|order)\//],
];

/** Native code that the engine names but does not place: the system calls of Node's own bindings. */
const SYSTEM_CALLS =
  /^(writev|writeUtf8String|writeLatin1String|writeBuffer|writeAsciiString|read|write|readBuffer|shutdown|\(program\)) ?$/;

/** Microseconds of each group, and of each single function by its own time. */
export interface Spent {
  readonly groups: ReadonlyMap<Group, number>;
  readonly functions: ReadonlyMap<string, number>;
  readonly totalUs: number;
}

/** Own time of a native function goes to the nearest rule above it, so that a parse is one wherever it is called. */
export function spentBy({ nodes, samples, timeDeltas }: CpuProfile): Spent {
  const parents = new Map<number, ProfileNode>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const groupOf = new Map<number, Group | undefined>();
  const groups = new Map<Group, number>();
  const functions = new Map<string, number>();
  let totalUs = 0;

  function group(node: ProfileNode | undefined): Group {
    if (!node) return 'rest';
    const known = groupOf.get(node.id);
    if (known) return known;
    const found = ruleFor(node) ?? group(parents.get(node.id));
    groupOf.set(node.id, found);
    return found;
  }

  for (const [place, id] of samples.entries()) {
    const node = byId.get(id)!;
    const { functionName } = node.callFrame;
    if (functionName === '(idle)') continue;
    const us = timeDeltas[place]!;
    totalUs += us;
    const found = group(node);
    groups.set(found, (groups.get(found) ?? 0) + us);
    const name = nameOf(node);
    functions.set(name, (functions.get(name) ?? 0) + us);
  }
  return { groups, functions, totalUs };
}

function ruleFor(node: ProfileNode): Group | undefined {
  const { functionName, url } = node.callFrame;
  if (url === '' && SYSTEM_CALLS.test(functionName)) return 'system calls';
  const text = `${functionName} ${url === '' ? 'native' : url}`;
  return RULES.find(([, rule]) => rule.test(text))?.[0];
}

/** `function file`, with the file as a reader of the project would write it. */
export function nameOf({ callFrame: { functionName, url } }: ProfileNode): string {
  const file = url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^file:\/\//, '')
    .replace(`${process.cwd()}/`, '');
  return `${functionName || '(anonymous)'} ${file}`.trim();
}
