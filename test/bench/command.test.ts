import { spawn } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { choose, settle } from '../../bench/plan.ts';
import { estimate } from '../../bench/run.ts';
import { SCENARIOS } from '../../bench/scenarios/all.ts';

const PROJECT = new URL('../../', import.meta.url);

function bench(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], { cwd: PROJECT });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    said.out += text;
  });
  child.stderr.on('data', (text) => {
    said.err += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

test('the scenarios have names of their own, and columns', () => {
  const names = SCENARIOS.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const { name, columns } of SCENARIOS) assert.ok(columns.length > 0, name);
});

test('--list names every scenario and how long all of it takes, and measures nothing', async () => {
  const { code, out, err } = await bench('--list');
  assert.equal([code, err], [0, '']);
  for (const { name, title } of SCENARIOS) assert.ok(out.includes(`${name} `) && out.includes(title), name);
  assert.match(out, /about \d+ minutes\n$/);
});

test('--quick takes less than two minutes, and --minutes about as long as it says', () => {
  const quick = choose(SCENARIOS, { quick: true, kills: 20 });
  assert.ok(quick.length > 3);
  assert.ok(estimate(quick, settle(quick, { quick: true, kills: 20 })) < 120);
  const minutes = estimate(SCENARIOS, settle(SCENARIOS, { minutes: 25, kills: 20 })) / 60;
  assert.ok(minutes > 23 && minutes <= 25, `${minutes}`);
});

test('--only takes names and their beginnings, and small stores unless it is told otherwise', () => {
  const chosen = choose(SCENARIOS, { only: ['purchase', 'books'], kills: 20 });
  assert.ok(chosen.some(({ name }) => name === 'purchase-ws'));
  assert.ok(chosen.every(({ name }) => name.startsWith('purchase') || name === 'books'));
  assert.is(settle(chosen, { only: ['books'], kills: 20 }).largest, 10_000);
});

test('a wish that cannot be met is told', () => {
  assert.throws(() => choose(SCENARIOS, { only: ['nobody'], kills: 20 }), /there is no scenario nobody/);
  assert.throws(() => settle(SCENARIOS, { minutes: 1, kills: 20 }), /1 minutes are too few/);
});

test('a wrong command line ends with 2 and one line', async () => {
  const cases: [args: string[], problem: RegExp][] = [
    [['--seconds', '0'], /It must be a number from 0.5 to 60/],
    [['--only', 'nobody'], /there is no scenario nobody; --list names them/],
    [['--from', 'package.json'], /package.json is no result of this bench/],
  ];
  for (const [args, problem] of cases) {
    const { code, err } = await bench(...args);
    assert.is(code, 2, err);
    assert.match(err, problem);
    assert.is(err.trimEnd().split('\n').length, 1, err);
  }
});

test.run();
