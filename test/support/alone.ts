import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

/** A node that was started by itself, as on a machine of its own. */
export interface NodeAlone {
  readonly child: ChildProcess;
  readonly said: { text: string };
  readonly exited: Promise<number | null>;
  /** What follows its name in the line that says that it is ready. */
  ready(): Promise<string>;
}

export const NODE_START = fileURLToPath(new URL('../../runtime/launcher/alone/start.cjs', import.meta.url));
/** Milliseconds for nodes that start together on a slow machine. */
const READY_PATIENCE_MS = 120_000;
export const ADMIN_TOKEN = 'token-of-sixteen-and-more';

/** Writes what all nodes know alike; returns the file. */
export async function writeClusterFile(folder: string, file: object): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'secret'), 'a secret of sixteen and more\n', { mode: 0o600 });
  await writeFile(join(folder, 'admin-token'), `${ADMIN_TOKEN}\n`, { mode: 0o600 });
  const path = join(folder, 'cluster.json');
  await writeFile(path, JSON.stringify({ secretFile: 'secret', adminTokenFile: 'admin-token', ...file }));
  return path;
}

export function startAlone(args: readonly string[]): NodeAlone {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(BAZAR_|REDIS_URL$)/.test(name));
  const child = spawn(process.execPath, [NODE_START, ...args], {
    env: Object.fromEntries(inherited),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said.text += text;
    });
  }
  const takeAlong = () => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  return {
    child,
    said,
    exited: once(child, 'close').then(([code]) => code),
    async ready() {
      try {
        return await eventually(
          'a line that says ready',
          () => /^ready \S+ (\S+)$/m.exec(said.text)?.[1],
          READY_PATIENCE_MS,
        );
      } catch (error) {
        throw new Error(`${(error as Error).message}, but: ${said.text}`);
      }
    },
  };
}
