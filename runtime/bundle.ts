import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { systemClock } from './clock.ts';

/**
 * The programs of the store, each compiled to JavaScript once and not in every process that starts. There is no build
 * step: whoever starts first makes the bundle, and it is named after the content of all that goes into it, so a
 * changed line of source makes another. It lies in `node_modules`, since addons are found from there, and since
 * whoever may write there chooses the code that runs in any case.
 */

const ROOT = new URL('../', import.meta.url);
const SOURCES = ['actors', 'client', 'gateway', 'runtime', 'storage'];
/** What `npm` has installed, and where it was not `npm`, what it was asked for. */
const VERSIONS = ['node_modules/.package-lock.json', 'package-lock.json', 'package.json'];
const ENTRIES = {
  catalog: 'actors/catalog/main.ts',
  order: 'actors/order/main.ts',
  gateway: 'gateway/main.ts',
  launcher: 'runtime/launcher/launch.ts',
  node: 'runtime/launcher/alone/run-node.ts',
  bazar: 'client/cli/cli.ts',
};
/** Addons are not JavaScript, and the client of etcd reads a file beside its own. */
const EXTERNAL = ['etcd3', 'classic-level', 'tsx', 'esbuild'];
/** Raised when the options of the compiler change. */
const RECIPE = 1;
/** Bundles, the latest used first, that are kept for stores that still run from them. */
const KEPT_BUNDLES = 4;
const OTHERS_WRITE = 0o022;

export type ProgramName = keyof typeof ENTRIES;

/** Where the programs are, each a module. */
export interface Bundle {
  readonly programs: Readonly<Record<ProgramName, URL>>;
  /** Why these are the sources; undefined for compiled programs. */
  readonly fallback: string | undefined;
}

/** Finds or makes the bundle of the present sources. Where that cannot be had, the sources themselves serve. */
export async function openBundle(cache = new URL('node_modules/.cache/bazar/', ROOT)): Promise<Bundle> {
  try {
    // Without the slash at its end, which would have a link followed.
    const parent = resolve(fileURLToPath(cache));
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await checkOwned(parent);
    const folder = join(parent, await contentHash());
    if (!(await exists(folder))) await makeBundle(parent, folder);
    await checkOwned(folder);
    const now = new Date(systemClock.now());
    await utimes(folder, now, now);
    return {
      programs: programsIn(pathToFileURL(`${folder}/`), (name) => `${name}.mjs`),
      fallback: undefined,
    };
  } catch (error) {
    return { programs: programsIn(ROOT, (name) => ENTRIES[name]), fallback: (error as Error).message };
  }
}

/** The module of a program. Sources need `tsx` to be loaded at all. */
export async function loadProgram<Module>(
  { programs, fallback }: Bundle,
  name: ProgramName,
): Promise<Module> {
  if (fallback !== undefined) (await import('tsx/esm/api')).register();
  return import(programs[name].href);
}

function programsIn(folder: URL, fileOf: (name: ProgramName) => string): Bundle['programs'] {
  const names = Object.keys(ENTRIES) as ProgramName[];
  return Object.fromEntries(names.map((name) => [name, new URL(fileOf(name), folder)])) as Bundle['programs'];
}

/** A folder that somebody else owns or may write to could hold somebody else's programs. */
async function checkOwned(folder: string): Promise<void> {
  const found = await lstat(folder);
  const own = process.getuid?.();
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (own === undefined) return;
  if (found.uid !== own) throw new Error(`${folder} belongs to another user (${found.uid})`);
  if (found.mode & OTHERS_WRITE) throw new Error(`${folder} can be written to by others`);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function contentHash(): Promise<string> {
  const root = fileURLToPath(ROOT);
  const listed = await Promise.all(
    SOURCES.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true });
      return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
    }),
  );
  const files = [...VERSIONS, ...listed.flat().sort()];
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8').catch(() => '')));
  const hash = createHash('sha256').update(`${RECIPE} ${process.version}\n`);
  files.forEach((file, at) => {
    hash.update(`${file} ${texts[at]!.length}\n`).update(texts[at]!);
  });
  return hash.digest('hex').slice(0, 32);
}

/** Whole or not at all: what is made under another name, and synced, is renamed into place. Who comes second finds it there. */
async function makeBundle(parent: string, folder: string): Promise<void> {
  const fresh = await mkdtemp(join(parent, 'new-'));
  try {
    await compile(fresh);
    for (const name of await readdir(fresh)) await sync(join(fresh, name));
    await rename(fresh, folder).catch(async (error) => {
      if (!(await exists(folder))) throw error;
    });
    await dropOld(parent);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function compile(outdir: string): Promise<void> {
  // The compiler ends with its one call; its other form leaves a service process behind.
  const { buildSync } = await import('esbuild');
  buildSync({
    absWorkingDir: fileURLToPath(ROOT),
    entryPoints: ENTRIES,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${process.versions.node}`,
    external: EXTERNAL,
    // CommonJS packages call `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire as $from } from 'node:module'; const require = $from(import.meta.url);",
    },
    logLevel: 'silent',
  });
}

async function sync(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY);
  await file.sync().finally(() => file.close());
}

async function dropOld(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const ages = await Promise.all(
    names.map(async (name) => ({ name, at: (await lstat(join(parent, name))).mtimeMs })),
  );
  const old = ages.sort((a, b) => b.at - a.at).slice(KEPT_BUNDLES);
  await Promise.all(old.map(({ name }) => rm(join(parent, name), { recursive: true, force: true })));
}
