import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliCompress, constants, gzip } from 'node:zlib';
import esbuild from 'esbuild';
import { browserParts, NODE_GLOBALS } from './browser-parts.mjs';

/**
 * Makes files of the sources in `workerData.folder`, and posts them: path, type, ETag and bodies of each. `workerData.part`
 * says which: the page, or the simulator that it runs in a worker, which is the store's own simulation. This is a worker, since loading and starting the bundler would hold up the event loop that sells books; and plain
 * JavaScript, since the gateway may run compiled.
 */

const GZIP_LEVEL = 9;
const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

const PARTS = {
  // What is imported later is a file of its own, named after its content.
  page: { entry: 'main.tsx', quality: 5, options: { splitting: true, chunkNames: 'part-[hash]' } },
  simulator: {
    entry: '../../test/simulation/replay/worker.ts',
    quality: 11,
    options: { plugins: [browserParts], inject: [NODE_GLOBALS] },
  },
};

async function bundle(folder, part) {
  const { entry, options } = PARTS[part];
  const { outputFiles } = await esbuild.build({
    ...options,
    entryPoints: { [part]: join(folder, entry) },
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
const texts = await bundle(folder, part);
if (part === 'page') texts.push(['/', await readFile(join(folder, 'page.html'))]);
parentPort.postMessage(await Promise.all(texts.map(([path, text]) => fileOf(path, text))));
