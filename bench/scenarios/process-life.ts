import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startLauncherCluster } from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { fastifyPostgres, moleculer } from '../peers/peers.ts';
import type { Figures } from '../result.ts';
import { bazar } from '../subjects/bazar.ts';
import { processTree, proportionalBytes, usageOf } from '../subjects/process-tree.ts';
import type { Running, Subject } from '../subjects/subject.ts';
import { followerOf } from './recover.ts';
import { caseOf, type MeasureContext, type Scenario } from './scenario.ts';

/** What the processes need for themselves: to start, and to be there. */

const BAZAR = fileURLToPath(new URL('../../client/cli/start.cjs', import.meta.url));
const MB = 1024 * 1024;
/** In which a process has come to rest after its start, and has collected what that left behind. */
const SETTLE_MS = 8_000;
const LEAST_IDLE_SECONDS = 5;

async function idle({ pids }: Running, { settings }: MeasureContext): Promise<Figures> {
  await pause(SETTLE_MS);
  const before = await usageOf(pids);
  const seconds = Math.max(settings.seconds, LEAST_IDLE_SECONDS);
  await pause(seconds * 1000);
  const after = await usageOf(pids);
  if (!before || !after) throw new Error('what processes use is read from /proc, which is not here');
  const tree = (await processTree(pids)).map(({ pid }) => pid);
  return {
    idlePercent: (after.cpuUs - before.cpuUs) / seconds / 10_000,
    residentMb: after.residentBytes / MB,
    togetherMb: (await proportionalBytes(tree)) / MB,
    processes: tree.length,
  };
}

const fresh = bazar();

/** Nothing has been asked of it yet. */
const memory: Scenario = {
  name: 'idle',
  title: 'what it needs while nobody asks',
  isOnce: true,
  columns: ['residentMb', 'togetherMb', 'idlePercent', 'processes'],
  extraSeconds: ({ seconds }) => 3 * Math.max(seconds, LEAST_IDLE_SECONDS),
  cases: () => [fresh, fastifyPostgres, moleculer].map((subject) => caseOf(subject, idle)),
};

const nothing: Subject = {
  name: 'npm start',
  about:
    'this store from npm start to its ready line, with a private Redis; and one command of the command line',
  start: async () => ({ url: '', pids: [], async stop() {} }),
};

async function lives(): Promise<Figures> {
  const folder = await temporaryFolder();
  const dataDirectory = join(folder, 'data');
  const start = async () => {
    const began = performance.now();
    const cluster = await startLauncherCluster({ redis: 'private', dataDirectory });
    return { cluster, seconds: secondsSince(began) };
  };
  try {
    const first = await start();
    await first.cluster.stop();
    const later = await start();
    try {
      const { cluster } = later;
      await cluster.whole();
      const follower = await followerOf(cluster);
      const { pid } = await cluster.node(follower);
      const killed = performance.now();
      await cluster.kill(follower);
      await eventually(`${follower} ready`, async () => {
        const node = await cluster.node(follower);
        return node.state === 'ready' && node.pid !== pid;
      });
      const restartSeconds = secondsSince(killed);
      const commandSeconds = await runInfo(cluster.url);
      return { firstSeconds: first.seconds, laterSeconds: later.seconds, restartSeconds, commandSeconds };
    } finally {
      await later.cluster.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runInfo(url: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [BAZAR, 'info', '1', '--url', url], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`bazar info ended with ${code}`);
  return secondsSince(began);
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

const starts: Scenario = {
  name: 'start',
  title: 'starting and starting again',
  columns: ['firstSeconds', 'laterSeconds', 'restartSeconds', 'commandSeconds'],
  extraSeconds: ({ repeat }) => 10 * repeat,
  cases: () => [caseOf(nothing, lives)],
};

export const processLife = [memory, starts];
