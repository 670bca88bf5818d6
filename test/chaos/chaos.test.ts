import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stayAlive } from '../../runtime/clock.ts';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { isRunning } from '../support/processes.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import type { PlannedFault } from './plan.ts';
import { type ChaosOptions, runChaos } from './run.ts';
import { tellVerdict } from './verdict.ts';

/** A run with real processes, and the command as a user meets it. */

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const GUARD = new URL('pause-guard.ts', import.meta.url);

const PLAN: readonly PlannedFault[] = [
  { kind: 'kill', target: 'leader', atMs: 1_000 },
  { kind: 'wipe', target: 'catalog-2', atMs: 3_000 },
  { kind: 'pause', target: 'redis', forMs: 1_000, atMs: 4_000 },
  { kind: 'reset', target: 'clients', atMs: 4_500 },
  { kind: 'isolate', target: 'leader', forMs: 1_500, atMs: 6_500 },
  { kind: 'pause', target: 'order-1', forMs: 1_000, atMs: 7_000 },
  { kind: 'kill', target: 'gateway-1', atMs: 9_000 },
];

const keepsPromises = (own: Pick<ChaosOptions, 'plan' | 'log'>) =>
  inTemporaryFolder(async (folder) => {
    const letGo = stayAlive();
    const verdict = await runChaos({
      ...own,
      folder,
      seed: 1,
      durationMs: 10_000,
      catalogs: 3,
      orders: 2,
      buyers: 6,
      links: 'unix',
      redis: (await findOnPath('redis-server')) !== undefined,
    });
    letGo();
    assert.ok(verdict.clean, tellVerdict(verdict));
    const confirmed = verdict.rows.find(({ name }) => name === 'purchases confirmed')!.value;
    assert.ok(Number(confirmed.replace(',', '')) > 50, confirmed);
  });

test('a store that is killed, wiped, paused and cut off keeps its promises', () =>
  keepsPromises({ plan: PLAN }));

const OUTER_PLAN: readonly PlannedFault[] = [
  { kind: 'kill', target: 'leader', atMs: 500 },
  { kind: 'isolate', target: 'catalog-1', forMs: 1_500, atMs: 3_500 },
  { kind: 'wipe', target: 'catalog-2', atMs: 4_000 },
  { kind: 'pause', target: 'leader', forMs: 1_500, atMs: 5_500 },
  { kind: 'kill all', atMs: 8_000 },
];

const outer = 'so does one whose log an etcd orders, with its members';
test(
  outer,
  needs('etcd', outer, () => keepsPromises({ plan: OUTER_PLAN, log: 'etcd' })),
);

/** Runs the command, with its temporary folders in `folder`, and interrupts it once it has said `interruptAt`. */
async function runMain(
  args: readonly string[],
  { folder, interruptAt }: { folder?: string; interruptAt?: string } = {},
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { ...process.env, ...(folder !== undefined && { TMPDIR: folder }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let isInterrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (isInterrupted || interruptAt === undefined || !said.includes(interruptAt)) return;
      isInterrupted = true;
      child.kill('SIGINT');
    });
  }
  const [code] = await once(child, 'close');
  return { code, said };
}

test('help is told and a bad option refused before anything starts', async () => {
  const help = await runMain(['--help']);
  assert.is(help.code, 0);
  assert.match(help.said, '--minutes <N>');
  for (const args of [['--minutes', 'x'], ['--catalogs', '9'], ['--frobnicate']]) {
    const { code, said } = await runMain(args);
    assert.is(code, 2, said);
    assert.match(said, /^[^\n]*; npm run chaos -- --help tells more\n$/);
  }
});

test('a run that is interrupted ends everything, and leaves no folder and no verdict', () =>
  inTemporaryFolder(async (folder) => {
    for (const interruptAt of ['starting', 'faults']) {
      const { code, said } = await runMain(['--minutes', '5'], { folder, interruptAt });
      assert.is(code, 1, said);
      assert.match(said, 'interrupted: no verdict');
    }
    assert.equal(
      (await readdir(folder)).filter((name) => name.startsWith('bazar-')),
      [],
    );
  }));

test('a paused process does not stay behind when the one who paused it is killed', async () => {
  const code = `
    import { spawn } from 'node:child_process';
    import { guardPause } from '${GUARD}';
    const paused = spawn('/bin/sh', ['-c', 'read -r line'], { stdio: ['pipe', 'ignore', 'ignore'] });
    paused.kill('SIGSTOP');
    guardPause(paused.pid);
    console.log(paused.pid);
    setInterval(() => {}, 1000);`;
  const pauser = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(pauser.stdout.setEncoding('utf8'), 'data');
  const pid = Number(line);
  assert.ok(await isRunning(pid));
  pauser.kill('SIGKILL');
  await eventually('the end of what was paused', async () => !(await isRunning(pid)));
});

test.run();
