import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NodeAnswer } from '../../runtime/api.ts';
import { systemClock } from '../../runtime/clock.ts';
import { processStart } from '../../runtime/launcher/claim-directory.ts';
import { eventually } from './eventually.ts';
import { type LauncherProcess, spawnLauncher } from './launcher-process.ts';
import { temporaryFolder } from './temporary.ts';

/**
 * A real store for a test: the launcher as a child process, with everything that it starts. `stop` ends every
 * process by its own pid, whatever the test did to it.
 */
export interface LauncherCluster {
  /** Where the gateway serves HTTP. */
  readonly url: string;
  readonly readyLine: string;
  readonly adminToken: string;
  readonly dataDirectory: string;
  readonly launcher: LauncherProcess;

  request<Body = unknown>(method: string, path: string, options?: RequestOptions): Promise<Answer<Body>>;
  status(): Promise<Status>;
  /** What a node says of itself. */
  node(id: string): Promise<NodeAnswer>;
  leader(): Promise<string>;
  /** Resolves when every node is ready and there is a leader, unless an engine outside orders the log. */
  whole(): Promise<void>;

  /** SIGKILL; resolves when the process is gone, with the moment (monotonic ms) of the signal. Another is started. */
  kill(id: string): Promise<number>;
  /** SIGSTOP; resolves with the moment of the signal. */
  pause(id: string): Promise<number>;
  resume(id: string): Promise<void>;
  /** Deletes a node's folder under its feet and kills it, so that it comes back with an empty disk. */
  wipe(id: string): Promise<void>;
  /** Every process that the cluster has had so far and that still runs. */
  running(): Promise<number[]>;

  /** Tells the launcher to stop; resolves with its exit code once everything has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Sends the admin token. */
  readonly admin?: boolean;
}

/** `body` is parsed where it is JSON, and text elsewhere. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Status {
  readonly nodes: readonly NodeAnswer[];
  readonly leader: string | null;
  readonly cache: { readonly kind: string; readonly hits: number; readonly misses: number };
  readonly version: number;
}

export interface LauncherClusterOptions {
  readonly catalogs?: number;
  readonly orders?: number;
  /** A URL, `private`, or (by default) none. */
  readonly redis?: string;
  /** Kept after `stop` where it is given; else a temporary one, which is removed. */
  readonly dataDirectory?: string;
  /** Further arguments of the launcher. */
  readonly args?: readonly string[];
  /** Further variables of the environment, for the launcher and what it starts. */
  readonly env?: Record<string, string>;
  /** Starts the launcher in a process group of its own, as a shell does. */
  readonly ownGroup?: boolean;
}

const START_LIMIT_MS = 90_000;

/** Starts a store and waits until it is ready; throws with what it wrote if it ends before that. */
export async function startLauncherCluster(options: LauncherClusterOptions = {}): Promise<LauncherCluster> {
  const dataDirectory = options.dataDirectory ?? join(await temporaryFolder(), 'data');
  const launcher = spawnLauncher(flagsOf(options, dataDirectory), options);
  const { said } = launcher;
  /** Nodes that are paused, which cannot be asked who they are. */
  const paused = new Map<string, number>();
  /** Every process ever seen: its node, its pid and its start, which tells it from a later one with that pid. */
  const seen: { id: string; pid: number; start: string }[] = [];

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    launcher.child.kill(signal);
    const late = setTimeout(() => launcher.child.kill('SIGKILL'), START_LIMIT_MS);
    const code = await launcher.exited;
    clearTimeout(late);
    // Only the launcher's own SIGKILL can leave any: those that are paused.
    for (const pid of await running()) process.kill(pid, 'SIGKILL');
    if (options.dataDirectory === undefined) {
      await rm(dirname(dataDirectory), { recursive: true, force: true, maxRetries: 5 });
    }
    return code;
  }

  async function running(): Promise<number[]> {
    const states = await Promise.all(seen.map(async ({ pid, start }) => (await processStart(pid)) === start));
    return seen.filter((_, index) => states[index]).map(({ pid }) => pid);
  }

  const readyLine = await Promise.race([
    launcher.exited.then((code) =>
      Promise.reject(new Error(`the launcher ended with ${code}\n${said.stderr}`)),
    ),
    eventually('the ready line', () => /^ready .*$/m.exec(said.stdout)?.[0], START_LIMIT_MS),
  ]).catch(async (error) => {
    await stop('SIGKILL');
    throw error;
  });
  const url = readyLine.split(' ')[1]!;
  const adminToken = (await readFile(join(dataDirectory, 'admin-token'), 'utf8')).trim();

  async function request<Body>(
    method: string,
    path: string,
    { body, headers, admin }: RequestOptions = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(admin && { authorization: `Bearer ${adminToken}` }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  async function status(): Promise<Status> {
    const { body, status: code } = await request<Status>('GET', '/status');
    if (code !== 200) throw new Error(`/status answered ${code}: ${JSON.stringify(body)}`);
    for (const { id, pid, state } of body.nodes) {
      if (pid === undefined || state === 'down' || seen.some((known) => known.pid === pid)) continue;
      const start = await processStart(pid);
      if (start !== undefined) seen.push({ id, pid, start });
    }
    return body;
  }

  async function node(id: string): Promise<NodeAnswer> {
    const found = (await status()).nodes.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`there is no ${id}`);
    return found;
  }

  /** The process of a node that is not known to be down; asked anew, since the launcher may have replaced it. */
  async function signal(id: string, name: NodeJS.Signals): Promise<{ pid: number; at: number }> {
    const pid = await eventually(`${id} is up`, async () => {
      if (paused.has(id)) return paused.get(id);
      const found = await node(id);
      return found.state === 'down' ? undefined : found.pid;
    });
    const at = systemClock.monotonic();
    process.kill(pid, name);
    return { pid, at };
  }

  async function gone(pid: number): Promise<void> {
    await eventually(`the end of process ${pid}`, async () => !(await running()).includes(pid));
  }

  await status();
  return {
    url,
    readyLine,
    adminToken,
    dataDirectory,
    launcher,
    request,
    status,
    node,
    leader: () => eventually('a leader', async () => (await status()).leader ?? undefined),
    async whole() {
      await eventually('every node ready', async () => {
        const { nodes, leader } = await status();
        const isLed = leader !== null || options.args?.includes('--log');
        return isLed && nodes.every(({ state }) => state === 'ready');
      });
    },
    async kill(id) {
      const { pid, at } = await signal(id, 'SIGKILL');
      paused.delete(id);
      await gone(pid);
      return at;
    },
    async pause(id) {
      const { pid, at } = await signal(id, 'SIGSTOP');
      paused.set(id, pid);
      return at;
    },
    async resume(id) {
      if (paused.has(id)) await signal(id, 'SIGCONT');
      paused.delete(id);
    },
    async wipe(id) {
      const { pid } = await signal(id, 'SIGSTOP');
      await rm(join(dataDirectory, id), { recursive: true, force: true, maxRetries: 5 });
      process.kill(pid, 'SIGKILL');
      await gone(pid);
    },
    running,
    stop,
  };
}

/** Starts a store, does the work, and ends the store whatever happened. */
export async function withLauncherCluster(
  options: LauncherClusterOptions,
  work: (cluster: LauncherCluster) => Promise<void>,
): Promise<void> {
  const cluster = await startLauncherCluster(options);
  try {
    await work(cluster);
  } catch (error) {
    process.stderr.write(`${cluster.launcher.said.stderr}\n`);
    throw error;
  } finally {
    await cluster.stop();
  }
}

function flagsOf(
  { catalogs, orders, redis, args = [] }: LauncherClusterOptions,
  dataDirectory: string,
): string[] {
  const flags = ['--data', dataDirectory, '--port', '0'];
  if (catalogs !== undefined) flags.push('--catalogs', String(catalogs));
  if (orders !== undefined) flags.push('--orders', String(orders));
  if (redis === undefined) flags.push('--no-redis');
  else if (redis !== 'private') flags.push('--redis', redis);
  return [...flags, ...args];
}
