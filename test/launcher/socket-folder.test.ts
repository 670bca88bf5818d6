import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../runtime/launcher/config.ts';
import { openSocketFolder } from '../../runtime/launcher/socket-folder.ts';
import { eventually } from '../support/eventually.ts';
import { isRunning } from '../support/processes.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** A launcher that has made a folder and does nothing more, with that folder and its guard's pid. */
async function startLauncher(place: string): Promise<{ child: ChildProcess; path: string; guard: number }> {
  const code = `
    import { readFileSync } from 'node:fs';
    import { openSocketFolder } from ${JSON.stringify(new URL('../../runtime/launcher/socket-folder.ts', import.meta.url).href)};
    const { path } = await openSocketFolder();
    console.log(path);
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    env: { ...process.env, TMPDIR: place },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const path = String(line).trim();
  const guard = await eventually('its guard', () => childOf(child.pid!, path));
  return { child, path, guard };
}

/** The process whose last argument is the path. */
async function childOf(parent: number, path: string): Promise<number | undefined> {
  const listing = spawn('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  let text = '';
  listing.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(listing, 'close');
  const line = text
    .split('\n')
    .find((line) => line.endsWith(path) && line.split(/\s+/).includes(String(parent)));
  return line === undefined ? undefined : Number(line.trim().split(/\s+/)[0]);
}

/** Other things are there, too: tsx has a folder for its cache. */
const socketFolders = (place: string) => readdirSync(place).filter((name) => name.startsWith('bazar-'));

test('only its owner may enter it', async () => {
  const folder = await openSocketFolder();
  const { mode, uid } = statSync(folder.path);
  assert.equal([mode & 0o777, uid], [0o700, process.getuid!()]);
  await folder.remove();
  assert.not(existsSync(folder.path));
});

test('a name never gets the same path twice, and its former one is removed', async () => {
  const folder = await openSocketFolder();
  const first = folder.pathFor('catalog-1');
  writeFileSync(first, '');
  const other = folder.pathFor('catalog-2');
  writeFileSync(other, '');
  const second = folder.pathFor('catalog-1');
  assert.is(new Set([first, other, second]).size, 3);
  assert.equal([existsSync(first), existsSync(other)], [false, true]);
  assert.throws(() => folder.pathFor('x'.repeat(30)), 'too long');
  await folder.remove();
});

test('where the place for temporary files is too deep or oddly named, it is made in /tmp', () =>
  inTemporaryFolder(async (place) => {
    for (const name of ['deep'.repeat(20), 'with space', 'with:colon', 'wíth', 'plain']) {
      mkdirSync(join(place, name));
      const folder = await openSocketFolder([join(place, name), '/tmp']);
      assert.is(dirname(folder.path), name === 'plain' ? join(place, name) : '/tmp', name);
      await folder.remove();
    }
  }));

test('a place that others could move away is not taken', () =>
  inTemporaryFolder(async (place) => {
    const open = join(place, 'open');
    mkdirSync(join(open, 'own'), { recursive: true, mode: 0o700 });
    for (const [mode, taken] of [
      [0o777, false],
      [0o770, false],
      [0o1777, true],
      [0o755, true],
    ] as const) {
      chmodSync(open, mode);
      const folder = await openSocketFolder([join(open, 'own'), '/tmp']);
      assert.is(dirname(folder.path) === join(open, 'own'), taken, mode.toString(8));
      await folder.remove();
    }
  }));

test('it is removed when its launcher is killed', () =>
  inTemporaryFolder(async (place) => {
    const { child, path, guard } = await startLauncher(place);
    assert.ok(existsSync(path));
    child.kill('SIGKILL');
    await eventually('an empty place', () => !existsSync(path));
    await eventually('the end of the guard', async () => !(await isRunning(guard)));
  }));

test('the next launcher removes what a killed launcher and its killed guard have left', () =>
  inTemporaryFolder(async (place) => {
    const { child, path, guard } = await startLauncher(place);
    process.kill(guard, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(socketFolders(place), [basename(path)]);
    const folder = await openSocketFolder([place]);
    assert.not(existsSync(path));
    await folder.remove();
    assert.equal(socketFolders(place), []);
  }));

test('the folder of a launcher that lives is left alone, even while it is paused', () =>
  inTemporaryFolder(async (place) => {
    const { child, path } = await startLauncher(place);
    try {
      child.kill('SIGSTOP');
      for (let start = 0; start < 3; start++) await (await openSocketFolder([place])).remove();
      assert.ok(existsSync(join(path, 'owner')));
      const caller = connect(join(path, 'owner'));
      await once(caller, 'connect');
      caller.destroy();
    } finally {
      child.kill('SIGKILL');
    }
    await eventually('an empty place', () => !existsSync(path));
  }));

test('a folder that is just being made, one of another kind, and a file are left alone', () =>
  inTemporaryFolder(async (place) => {
    mkdirSync(join(place, 'bazar-sock-newest'));
    mkdirSync(join(place, 'bazar-socks'));
    writeFileSync(join(place, 'bazar-sock-file'), '');
    const before = readdirSync(place);
    await (await openSocketFolder([place])).remove();
    assert.equal(readdirSync(place), before);
  }));

test('without any place the start is refused in one line that says what to do', () =>
  inTemporaryFolder(async (place) => {
    for (const unusable of [join(place, 'none'), join(place, 'deep'.repeat(30))]) {
      const problem = await openSocketFolder([unusable]).catch((error) => error);
      assert.instance(problem, UsageError);
      assert.match(problem.message, 'say --links tcp');
      assert.match(problem.message, unusable);
    }
  }));

test.run();
