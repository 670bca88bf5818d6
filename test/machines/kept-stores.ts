import { hash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { runCli } from '../../client/cli/cli.ts';
import { eventually } from '../support/eventually.ts';
import { spawnLauncher } from '../support/launcher-process.ts';

/** Stores of real programs and directories that are kept, copied and brought elsewhere by command lines. */

const SOLD_BEFORE = 10;

/** One command line of `npm run bazar`, and what it said. */
const bazar = (...args: string[]) => run(args, new AbortController().signal);

export async function run(args: string[], signal: AbortSignal): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await runCli({
    args,
    env: {},
    signal,
    terminal: {
      out: (part) => {
        text += part;
      },
      err: (part) => {
        text += part;
      },
      isWatched: false,
      hasColour: false,
    },
  });
  return { code, text };
}

export async function done(...args: string[]): Promise<string> {
  const { code, text } = await bazar(...args);
  assert.is(code, 0, text);
  return text;
}

export async function refused(words: string | RegExp, ...args: string[]): Promise<void> {
  const { code, text } = await bazar(...args);
  assert.is(code, 2, text);
  assert.match(text, words);
  assert.is(text.trim().split('\n').length, 1, text);
}

/** All files of a store with their contents, in short; but for the mark of one who has the directory, or had when he was killed. */
export async function contentsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('launcher.'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (file) => `${file} ${hash('sha256', await readFile(file))}`));
}

export interface Shop {
  /** Whether it is confirmed, now or before. */
  buy(key: string): Promise<boolean>;
  stock(): Promise<number>;
  /** How many catalogs are there, and agree. */
  agreeing(): Promise<number>;
}

export function shopAt(url: string, token: string): Shop {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return {
    async buy(key) {
      const body = JSON.stringify({ id: 1 });
      const answer = await fetch(`${url}/purchase`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body,
      });
      return ((await answer.json()) as { status?: string }).status === 'confirmed';
    },
    async stock() {
      const answer = await fetch(`${url}/info/1?consistency=strong`, { headers });
      return ((await answer.json()) as { stock: number }).stock;
    },
    async agreeing() {
      const answer = await fetch(`${url}/audit`, { headers });
      const { consistent, catalogs } = (await answer.json()) as {
        consistent: boolean;
        catalogs: { state: string }[];
      };
      return consistent ? catalogs.filter(({ state }) => state === 'present').length : 0;
    },
  };
}

export async function onOneMachine<T>(
  data: string,
  work: (shop: Shop) => Promise<T>,
  ...args: string[]
): Promise<T> {
  const launcher = spawnLauncher(['--data', data, '--port', '0', '--orders', '1', '--no-redis', ...args], {
    ownGroup: true,
  });
  try {
    const url = await eventually(
      'a store that is ready',
      async () => /http:\/\/\S+?:\d+/.exec(launcher.said.stdout)?.[0],
    );
    const token = (await readFile(join(data, 'admin-token'), 'utf8')).trim();
    return await work(shopAt(url, token));
  } finally {
    // All its processes at once, as when the power is gone.
    process.kill(-launcher.child.pid!, 'SIGKILL');
    await launcher.exited;
  }
}

/** Copies the data of a store that sells on meanwhile; gives the keys of what it had acknowledged before. */
export async function copyAmidSales(shop: Shop, data: string, copy: string): Promise<string[]> {
  const told: string[] = [];
  let isOver = false;
  const buying = (async () => {
    for (let count = 0; !isOver; count++) if (await shop.buy(`order-${count}`)) told.push(`order-${count}`);
  })();
  await eventually('sales', () => told.length >= SOLD_BEFORE);
  const before = [...told];
  await cp(data, copy, { recursive: true });
  await eventually('a sale after that', () => told.length > before.length);
  isOver = true;
  await buying;
  return before;
}
