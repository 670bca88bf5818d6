import { spawn } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const PROJECT = new URL('../../', import.meta.url);
const TOOLS = [
  'test/simulation/main.ts',
  'test/mutants/run.ts',
  'test/chaos/main.ts',
  'bench/load/main.ts',
  'bench/main.ts',
];

function run(tool: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', tool, ...args], { cwd: PROJECT });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    said.out += text;
  });
  child.stderr.on('data', (text) => {
    said.err += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

test('a tool ends with 2 and one line where it does not know an option', async () => {
  for (const tool of TOOLS) {
    const { code, out, err } = await run(tool, '--frob');
    assert.equal([code, out], [2, ''], tool);
    assert.match(err, /^unknown option '--frob'.*\n$/);
  }
});

test('a tool ends with 2 and one line where a value does not fit', async () => {
  const cases: [tool: string, args: string[], problem: RegExp][] = [
    ['test/simulation/main.ts', ['--seeds', '0'], /It must be a whole number from 1 to/],
    ['test/mutants/run.ts', ['nobody'], /there is no mutant nobody/],
    ['test/chaos/main.ts', ['--minutes=x'], /It must be a number from 0.1 to 1440/],
    ['test/chaos/main.ts', ['--payment-ms=100'], /--payment-ms is of --payments: give both/],
    ['bench/load/main.ts', ['--mode', 'sell'], /Allowed choices are buy, read, mix/],
    ['bench/load/main.ts', ['--url', 'http://192.0.2.1'], /192.0.2.1 is not this machine/],
  ];
  for (const [tool, args, problem] of cases) {
    const { code, err } = await run(tool, ...args);
    assert.is(code, 2, `${tool}: ${err}`);
    assert.match(err, problem);
    assert.is(err.trimEnd().split('\n').length, 1, err);
  }
});

test('the help of a tool goes to standard output with its options and defaults', async () => {
  const { code, out, err } = await run('test/simulation/main.ts', '--help');
  assert.equal([code, err], [0, '']);
  assert.match(out, /--seeds <N> +how many seeds to run \(default: 200\)/);
});

test.run();
