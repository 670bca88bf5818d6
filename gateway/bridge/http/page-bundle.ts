import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * What is painted first, with no script to wait for; the scripts of the page; and the simulation that it runs in a worker of
 * the browser, which few ask for.
 */
export type PagePart = 'look' | 'page' | 'simulator';

/**
 * The files of one part of the page as browsers get them. They are made when the first browser asks, by a worker
 * (`make-page.mjs`), and kept in memory; a gateway that no browser asks never loads the bundler.
 */
export interface PageBundle {
  /** By their paths. Rejects where they cannot be made; the next call tries again. */
  files(): Promise<ReadonlyMap<string, PageFile>>;
}

export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  /** The text, and what it is compressed to. */
  readonly bodies: Readonly<Record<Encoding, Uint8Array>>;
}

/** The encodings, the shortest first. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const SOURCES = 'gateway/page';

export function createPageBundle(part: PagePart): PageBundle {
  let made: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return {
    files() {
      made ??= makeFiles(part).catch((error) => {
        made = undefined;
        throw error;
      });
      return made;
    },
  };
}

async function makeFiles(part: PagePart): Promise<ReadonlyMap<string, PageFile>> {
  const folder = await findSources(dirname(fileURLToPath(import.meta.url)));
  // Without the options of this process, which may load a compiler that the worker has no use for.
  const worker = new Worker(join(folder, 'make-page.mjs'), { workerData: { folder, part }, execArgv: [] });
  worker.unref();
  const files = await new Promise<readonly PageFile[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker that makes the page ended with ${code}`)));
  });
  return new Map(files.map((file) => [file.path, file]));
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
