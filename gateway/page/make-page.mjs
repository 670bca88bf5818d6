import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { browserParts, NODE_GLOBALS } from './browser-parts.mjs';

/**
 * Makes files of the sources in `workerData.folder`, and posts them: path, type, ETag and bodies of each. `workerData.part`
 * says which: what is painted before any script is there, the scripts of the page, or the simulator that it runs in a
 * worker, which is the store's own simulation. This is a worker, since loading and starting the bundler would hold up the
 * event loop that sells books; and plain JavaScript, since the gateway may run compiled.
 */

const GZIP_LEVEL = 9;
const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

const PARTS = {
  look: { make: look, quality: 5 },
  // What is imported later is a file of its own, named after its content.
  page: {
    make: (folder) =>
      bundle({ page: join(folder, 'main.tsx') }, { splitting: true, chunkNames: 'part-[hash]' }),
    quality: 5,
  },
  simulator: {
    make: (folder) =>
      bundle(
        { simulator: join(folder, '../../test/simulation/replay/worker.ts') },
        { plugins: [browserParts], inject: [NODE_GLOBALS] },
      ),
    quality: 11,
  },
};

/** Without the bundler, which takes longer to load than a reader waits for the first sign of a page. */
async function look(folder) {
  const from = join(folder, 'styles');
  const list = await readFile(join(from, 'page.css'), 'utf8');
  const packages = createRequire(import.meta.url);
  const styles = list
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, name] = /^@import "(.+)";$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`page.css has nothing but imports, and not: ${line}`);
      return readFile(name.startsWith('.') ? resolve(from, name) : packages.resolve(name));
    });
  return [
    ['/', await readFile(join(folder, 'page.html'))],
    ['/page.css', Buffer.concat(await Promise.all(styles))],
  ];
}

async function bundle(entryPoints, options) {
  const { default: esbuild } = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    ...options,
    entryPoints,
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  await esbuild.stop();
  return outputFiles.map(({ path, contents }) => [`/${path.replace(/^.*[/\\]/, '')}`, contents]);
}

async function fileOf(path, text) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: PARTS[part].quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(text, { params }),
    promisify(gzip)(text, { level: GZIP_LEVEL }),
  ]);
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const type = TYPES[path === '/' ? 'html' : path.split('.').at(-1)];
  return { path, type, etag: `"${hash}"`, bodies: { br, gzip: zipped, identity: text } };
}

const { folder, part } = workerData;
const texts = await PARTS[part].make(folder);
parentPort.postMessage(await Promise.all(texts.map(([path, text]) => fileOf(path, text))));
