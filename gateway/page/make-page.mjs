import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliCompress, constants, gzip } from 'node:zlib';
import esbuild from 'esbuild';

/**
 * Makes the page's files of the sources in `workerData.folder`, and posts them: path, type, ETag and bodies of each. It is
 * a worker of its own, since loading and starting the bundler would hold up the event loop that sells books; and plain
 * JavaScript, since the gateway may run compiled.
 */

const QUALITY = 9;
const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

async function bundle(folder) {
  const { outputFiles } = await esbuild.build({
    entryPoints: { page: join(folder, 'main.tsx') },
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
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(text, { params }),
    promisify(gzip)(text, { level: QUALITY }),
  ]);
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const type = TYPES[path === '/' ? 'html' : path.split('.').at(-1)];
  return { path, type, etag: `"${hash}"`, bodies: { br, gzip: zipped, identity: text } };
}

const { folder } = workerData;
const html = await readFile(join(folder, 'page.html'));
const texts = [['/', html], ...(await bundle(folder))];
parentPort.postMessage(await Promise.all(texts.map(([path, text]) => fileOf(path, text))));
