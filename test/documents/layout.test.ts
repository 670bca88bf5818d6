import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/**
 * The shape of the house. A new arrow between folders is a decision: it is written down here, or the import goes.
 * Each failure names the one line to mend.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Which folders the files of a folder may import from, besides their own. `types:` allows types only. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  runtime: ['runtime/bounds'],
  'runtime/bounds': [],
  'runtime/trace': ['runtime'],
  'runtime/links': ['runtime', 'runtime/trace'],
  'runtime/process': ['runtime', 'runtime/links'],
  'runtime/bundle': [],
  'runtime/launcher': [
    'types:runtime/bundle',
    'runtime',
    'runtime/links',
    'runtime/process',
    'client',
    'client/files',
  ],
  'runtime/launcher/alone': [
    'actors/log',
    'actors/log/etcd',
    'types:runtime/bundle',
    'runtime',
    'runtime/launcher',
    'runtime/links',
    'runtime/process',
  ],
  // A state as a file, and the folders that are made of it: what catalogs and their stores are made of, without a process.
  'runtime/launcher/backup': [
    'actors/catalog',
    'actors/log',
    'actors/log/etcd',
    'runtime',
    'runtime/launcher',
    'runtime/launcher/alone',
    'types:runtime/links',
    'storage',
    'storage/leveldb',
  ],
  storage: ['runtime'],
  'storage/leveldb': ['runtime', 'storage'],
  'actors/raft/core': ['types:runtime', 'types:runtime/links', 'types:storage'],
  'actors/replica': ['runtime', 'types:runtime/links', 'types:storage'],
  'actors/log': ['actors/replica', 'runtime', 'types:runtime/links', 'types:runtime/trace', 'storage'],
  'actors/log/etcd': ['actors/log', 'runtime'],
  'actors/raft': [
    'actors/replica',
    'actors/raft/core',
    'runtime',
    'runtime/links',
    'types:runtime/trace',
    'storage',
  ],
  'actors/catalog': [
    'actors/catalog/find',
    'actors/log',
    'actors/log/etcd',
    'types:actors/replica',
    'actors/raft',
    'runtime',
    'runtime/links',
    'runtime/process',
    'storage',
    'storage/leveldb',
  ],
  'actors/catalog/find': ['actors/catalog', 'runtime'],
  'actors/order': ['runtime', 'runtime/links', 'runtime/process', 'types:runtime/trace'],
  gateway: [
    'gateway/bridge',
    'gateway/cache',
    'gateway/feed',
    'gateway/upstream',
    'gateway/watch',
    'runtime',
    'runtime/links',
    'runtime/process',
    'types:runtime/trace',
  ],
  'gateway/watch': ['types:gateway/upstream', 'types:runtime/process', 'runtime', 'runtime/links'],
  'gateway/cache': ['types:gateway', 'runtime', 'runtime/links'],
  'gateway/feed': ['types:gateway', 'gateway/upstream', 'runtime', 'runtime/links'],
  'gateway/upstream': ['types:gateway', 'gateway/cache', 'runtime', 'runtime/links', 'types:runtime/trace'],
  'gateway/bridge': [
    'types:gateway',
    'gateway/bridge/http',
    'gateway/bridge/operations',
    'gateway/bridge/rpc',
    'runtime',
    'runtime/trace',
  ],
  'gateway/bridge/operations': ['types:gateway', 'gateway/bridge', 'runtime', 'runtime/trace'],
  'gateway/bridge/http': ['types:gateway', 'gateway/bridge', 'gateway/bridge/operations', 'runtime'],
  'gateway/bridge/rpc': ['types:gateway', 'gateway/bridge', 'gateway/bridge/operations', 'runtime'],
  'gateway/page': [
    'gateway/page/charts',
    'gateway/page/cluster',
    'gateway/page/experiments',
    'gateway/page/lab',
    'gateway/page/request',
    'gateway/page/shop',
    'gateway/page/simulator',
    'gateway/page/styles',
    'types:runtime',
  ],
  'gateway/page/cluster': ['gateway/page', 'types:runtime'],
  'gateway/page/request': ['gateway/page', 'gateway/page/shop', 'types:runtime', 'runtime/trace'],
  'gateway/page/shop': ['gateway/page', 'types:runtime'],
  'gateway/page/lab': ['gateway/page', 'gateway/page/shop', 'types:runtime'],
  'gateway/page/experiments': ['gateway/page', 'gateway/page/shop', 'types:runtime'],
  'gateway/page/charts': ['gateway/page', 'types:runtime'],
  // In the place of Node, for the simulation in a browser.
  'gateway/page/node': [],
  'gateway/page/simulator': ['gateway/page', 'gateway/page/charts', 'gateway/page/cluster', 'types:runtime'],
  client: ['types:gateway/bridge/operations', 'runtime', 'runtime/bounds', 'runtime/links', 'runtime/trace'],
  'client/files': ['client', 'runtime'],
  'client/cli': ['client', 'client/cli/commands', 'client/files', 'runtime', 'types:runtime/launcher/backup'],
  // Those which work on a stopped store load it when they are called.
  'client/cli/commands': ['client', 'client/cli', 'client/files', 'runtime', 'runtime/trace'],
};

/** Folders of tools: they may import what they measure or draw. */
const TOOLS = ['bench', 'docs', 'test'];

const MAX_LINES = 300;

interface Import {
  readonly from: string;
  readonly line: number;
  readonly to: string;
  readonly typesOnly: boolean;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const files = productFiles('*.ts', '*.tsx').map(read);
const styleSheets = productFiles('*.css').map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}));

function productFiles(...patterns: string[]): string[] {
  return execFileSync('git', ['ls-files', ...patterns], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && !TOOLS.includes(path.split('/')[0]!));
}

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const imports: Import[] = [];
  for (const found of text.matchAll(/^(?:import|export) (type )?(?:[^;']*? from )?'(\.[^']+)';/gm)) {
    const line = text.slice(0, found.index).split('\n').length;
    const names = /\{([^}]*)\}/.exec(found[0])?.[1];
    const allTypes = names
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .every((name) => name.startsWith('type '));
    const typesOnly = found[1] !== undefined || allTypes === true;
    imports.push({ from: path, line, to: normalize(join(dirname(path), found[2]!)), typesOnly });
  }
  return { path, text, imports };
}

const allImports = files.flatMap(({ imports }) => imports);

function none(faults: readonly string[]): void {
  assert.is(faults.length, 0, `\n${faults.join('\n')}\n`);
}

test('imports between folders go along the allowed arrows', () => {
  const faults = allImports
    .filter(({ from, to, typesOnly }) => {
      const [here, there] = [dirname(from), dirname(to)];
      const allowed = ARROWS[here];
      if (here === there) return false;
      return !allowed?.includes(there) && !(typesOnly && allowed?.includes(`types:${there}`));
    })
    .map(({ from, line, to, typesOnly }) => {
      const what = typesOnly ? 'imports types of' : 'imports';
      return `${from}:${line} ${what} ${to}: there is no arrow from ${dirname(from)} to ${dirname(to)}`;
    });
  none(faults);
});

test('no file imports itself, however long the way round', () => {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) {
      faults.push(`circle: ${[...way.slice(way.indexOf(path)), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const { to } of importsOf.get(path) ?? []) visit(to, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  none(faults);
});

test('the core of Raft does no input or output, and knows neither clock nor chance', () => {
  const forbidden = /runtime\/(clock|random|waits|deadline-wheel|logger)\.ts$|^node:/;
  const core = files.filter(({ path }) => path.startsWith('actors/raft/core/'));
  assert.ok(core.length >= 6);
  const faults = core.flatMap(({ path, text, imports }) => [
    ...imports.filter(({ to }) => forbidden.test(to)).map(({ line, to }) => `${path}:${line} imports ${to}`),
    ...linesWith(path, text, /from '(node:|ws'|level'|ioredis')|\bawait\b|\basync\b|\bPromise\b/),
  ]);
  none(faults);
});

test('the replicated log knows nothing of what it replicates', () => {
  const domain = /^runtime\/(domain|api|money)\.ts$|^actors\/(catalog|order)\//;
  const faults = allImports
    .filter(({ from, to }) => /^actors\/(raft|log|replica)\//.test(from) && domain.test(to))
    .map(({ from, line, to }) => `${from}:${line} imports ${to}: take a type parameter, or a message's type`);
  none(faults);
});

test('time and chance come in by their two doors', () => {
  const doors = ['runtime/clock.ts', 'runtime/random.ts', 'gateway/page/browser-clock.ts'];
  const pattern = /\bDate\.now\(|\bMath\.random\(|\bset(Timeout|Interval|Immediate)\(|\bperformance\.now\(/;
  const faults = files
    .filter(({ path }) => !doors.includes(path))
    .flatMap(({ path, text }) => linesWith(path, text, pattern))
    .filter((fault) => !/\bclock\.set|[cC]lock\.setTimeout|\bsocket\.setTimeout/.test(fault));
  none(faults);
});

test(`no file of the product has more than ${MAX_LINES} lines`, () => {
  const faults = [...files, ...styleSheets]
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines: is there a second idea in it?`);
  none(faults);
});

test('a file with one export is called after it, one with several after their common idea', () => {
  const programs = /(^|\/)(main|index)\.tsx?$|\.d\.ts$/;
  const faults = files
    .filter(({ path }) => !programs.test(path))
    .flatMap(({ path, text }) => {
      const stem = basename(path).replace(/\.tsx?$/, '');
      const values = exportsOf(text, 'class|const|function\\*?');
      const types = exportsOf(text, 'interface|type');
      const fault = values.length === 1 ? nameFault(stem, values[0]!, types) : ideaFault(stem, text);
      return fault ? [`${path}: ${fault}`] : [];
    });
  none(faults);
});

test('an exported name of the product means one thing', () => {
  const places = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    // What is not exported counts too where it is a type: a reader meets both under one name.
    const names = [
      ...exportsOf(text, 'class|const|function\\*?|interface|type'),
      ...definitionsOf(text, 'class|interface|type'),
    ];
    for (const name of names) places.set(name, (places.get(name) ?? new Set()).add(path));
  }
  const exported = new Set(
    files.flatMap(({ text }) => exportsOf(text, 'class|const|function\\*?|interface|type')),
  );
  const faults = [...places]
    .filter(([name, paths]) => exported.has(name) && paths.size > 1)
    .map(([name, paths]) => `${name} is defined in ${[...paths].join(' and ')}`);
  none(faults);
});

/** Names of the file's exports that are declared by one of `keywords`. */
function exportsOf(text: string, keywords: string): string[] {
  return definitionsOf(text, keywords, 'export (?:async )?(?:default )?(?:abstract )?');
}

function definitionsOf(text: string, keywords: string, before = ''): string[] {
  const found = text.matchAll(new RegExp(`^${before}(?:${keywords}) (\\w+)`, 'gm'));
  return [...new Set(Array.from(found, ([, name]) => name!))];
}

const lettersOf = (name: string) => name.replace(/[-_]/g, '').toLowerCase();
const singularOf = (word: string) => word.replace(/ies$/, 'y').replace(/s$/, '');

/** `round-robin.ts` exports `createRoundRobin`; `bound.ts` exports the type `Bound` and one function for it. */
function nameFault(stem: string, value: string, types: readonly string[]): string | undefined {
  const letters = lettersOf(stem);
  const fits = [value, ...types]
    .map(lettersOf)
    .some((name) => name.includes(letters) || name.includes(singularOf(letters)));
  return fits ? undefined : `its one export is ${value}`;
}

/** Each word of the file's name stands in the name of an export or in the first comment. */
function ideaFault(stem: string, text: string): string | undefined {
  const exported = exportsOf(text, 'class|const|function\\*?|interface|type').map(lettersOf).join(' ');
  const header = /^\/\*\*[\s\S]*?\*\//m.exec(text)?.[0].toLowerCase() ?? '';
  const missing = stem.split('-').filter((word) => !`${exported} ${header}`.includes(singularOf(word)));
  return missing.length > 0
    ? `neither its exports nor its first comment have the word ${missing.join(' or ')}`
    : undefined;
}

function linesWith(path: string, text: string, pattern: RegExp): string[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => pattern.test(line) && !/^(\/?\*|\/\/)/.test(line))
    .map(({ line, number }) => `${path}:${number} ${line}`);
}

test.run();
