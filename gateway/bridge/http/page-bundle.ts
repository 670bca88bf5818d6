import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/**
 * The page's files as browsers get them. They are made when the first browser asks, by esbuild in a process of its own
 * and compressed on other threads, and are kept in memory; a gateway that no browser asks never loads the bundler.
 */
export interface PageBundle {
  /** Rejects where it cannot be made; the next call tries again. */
  files(): Promise<ReadonlyMap<string, PageFile>>;
}

export interface PageFile {
  readonly type: string;
  readonly etag: string;
  /** The text, and what it is compressed to. */
  readonly bodies: Readonly<Record<Encoding, Buffer>>;
}

/** The encodings, the shortest first. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const SOURCES = 'gateway/page';
const QUALITY = 9;
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

export function createPageBundle(): PageBundle {
  let made: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return {
    files() {
      made ??= makeFiles().catch((error) => {
        made = undefined;
        throw error;
      });
      return made;
    },
  };
}

async function makeFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const folder = await findSources(dirname(fileURLToPath(import.meta.url)));
  const [bundled, html] = await Promise.all([bundle(folder), readFile(join(folder, 'page.html'))]);
  const texts = [['/', html] as const, ...bundled];
  const files = await Promise.all(
    texts.map(async ([path, text]) => [path, await fileOf(path === '/' ? 'html' : path, text)] as const),
  );
  return new Map(files);
}

/** Above this file, wherever that runs from: from its sources, or compiled together with others. */
async function findSources(from: string): Promise<string> {
  const folder = join(from, SOURCES);
  const isThere = await access(join(folder, 'page.html')).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  if (dirname(from) === from) throw new Error(`there is no folder ${SOURCES}`);
  return findSources(dirname(from));
}

async function bundle(folder: string): Promise<(readonly [path: string, text: Buffer])[]> {
  const esbuild = await import('esbuild');
  try {
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
    return outputFiles.map(({ path, contents }) => [
      `/${path.replace(/^.*[/\\]/, '')}`,
      Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength),
    ]);
  } finally {
    await esbuild.stop();
  }
}

async function fileOf(path: string, text: Buffer): Promise<PageFile> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(text, { params }),
    promisify(gzip)(text, { level: QUALITY }),
  ]);
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const type = TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream';
  return { type, etag: `"${hash}"`, bodies: { br, gzip: zipped, identity: text } };
}
