import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { isRunning } from '../support/processes.ts';
import { type FileOutcome, judge, runFile, runFiles } from '../support/run-file.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

const required = JSON.stringify(createRequire(import.meta.url).resolve('uvu'));
const uvu = JSON.stringify(import.meta.resolve('uvu'));

/** Runs a file with this text; `test` is uvu's. */
function run(text: string, { strict = false, limitMs = 60_000 } = {}) {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'sample.test.mjs');
    await writeFile(file, `import { test } from ${uvu};\n${text}`);
    return runFile(file, { strict, limitMs });
  });
}

test('passed and failed tests are counted', async () => {
  const outcome = await run(`
    test('a', () => {}); test('b', () => { throw new Error('bad luck'); }); test('c', () => {}); test.run();`);
  assert.equal([outcome.passed, outcome.failed, outcome.problems], [2, 1, []]);
  assert.match(outcome.output, 'bad luck');
});

test('a file that runs no test fails', async () => {
  const forgotten = await run(`test('a', () => {});`);
  assert.equal([forgotten.passed, forgotten.failed], [0, 1]);
  assert.match(forgotten.problems[0]!, 'test.run()');
  assert.is((await run('test.run();')).failed, 1);
});

test('a file that cannot be loaded fails', async () => {
  assert.equal((await run(`import './nowhere.mjs';`)).problems, ['exit code 1']);
});

test('a set-up that throws fails, although uvu says nothing of it', async () => {
  const outcome = await run(
    `test.before(() => { throw new Error('no'); }); test('a', () => {}); test.run();`,
  );
  assert.is(outcome.failed, 1);
});

test('a file that does not end is ended and fails, with all that it started', async () => {
  const outcome = await run(
    `import { spawn } from 'node:child_process';
     test('a', () => {
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
       console.log('\\nCHILD ' + child.pid);
     });
     test.run();`,
    { limitMs: 2_000 },
  );
  assert.equal(outcome.problems, ['not done within 2000 ms']);
  const child = Number(/^CHILD (\d+)$/m.exec(outcome.output)?.[1]);
  await eventually('its end', async () => !(await isRunning(child)));
});

test('skipped tests are counted by name, and are failures where everything must run', async () => {
  const text = `test('a', () => {}); test('b', () => console.log('\\nSKIP b (no luck)')); test.run();`;
  const lenient = await run(text);
  assert.equal([lenient.passed, lenient.failed, lenient.skipped], [1, 0, ['b (no luck)']]);
  assert.equal((await run(text, { strict: true })).problems, ['skipped: b (no luck)']);
});

test("uvu's own skip and only are not let through", () => {
  const output = '\n  Total:     1\n  Passed:    1\n  Skipped:   2\n';
  assert.is(judge(output, undefined, false).failed, 1);
});

test('a crash after the last test fails', () => {
  const output = '\n  Total:     3\n  Passed:    3\n  Skipped:   0\n';
  assert.equal(judge(output, 'ended by SIGSEGV', false).problems, ['ended by SIGSEGV']);
  assert.is(judge(output, undefined, false).failed, 0);
});

/** Runs files with these texts in one process. */
function runShared(texts: readonly string[], limitMs = 60_000): Promise<FileOutcome[]> {
  return inTemporaryFolder(async (folder) => {
    const files = texts.map((_, index) => join(folder, `${index}.test.ts`));
    for (const [index, text] of texts.entries())
      await writeFile(files[index]!, `const { test } = require(${required});\n${text}`);
    const outcomes: FileOutcome[] = [];
    await runFiles(files, { strict: false, limitMs }, (outcome) => outcomes.push(outcome));
    assert.equal(
      outcomes.map(({ file }) => file),
      files,
    );
    return outcomes;
  });
}

const FINE = `test('fine', () => { console.log('pid ' + process.pid); }); test.run();`;
const processOf = ({ output }: FileOutcome) => /pid (\d+)/.exec(output)?.[1];

test('of files that share a process each answers for its own failures and its own words', async () => {
  const outcomes = await runShared([
    FINE,
    `test('a', () => { console.error('my word, pid ' + process.pid); throw new Error('bad luck'); }); test.run();`,
    `test('forgotten', () => {});`,
    FINE,
  ]);
  assert.equal(
    outcomes.map(({ passed, failed }) => [passed, failed]),
    [
      [1, 0],
      [0, 1],
      [0, 1],
      [1, 0],
    ],
  );
  assert.match(outcomes[1]!.output, 'my word');
  assert.match(outcomes[1]!.output, 'bad luck');
  assert.not.match(outcomes[3]!.output, 'bad luck');
  assert.ok(processOf(outcomes[0]!));
  assert.is(processOf(outcomes[0]!), processOf(outcomes[1]!));
});

test('a file that ends the process hides none of those behind it', async () => {
  const endings: [text: string, problem: string][] = [
    [`test('a', () => process.kill(process.pid, 'SIGKILL')); test.run();`, 'ended by SIGKILL'],
    [`test('a', () => {}); test.run(); setTimeout(() => { throw new Error(); }, 100);`, 'exit code 1'],
    [`test('a', () => new Promise(() => {})); test.run();`, 'exit code 1'],
    [`test('a', () => {}); test.run(); setInterval(() => {}, 1e6);`, 'not done within 8000 ms'],
    [`throw new Error('not loaded');`, 'exit code 1'],
  ];
  const outcomes = await runShared([FINE, ...endings.map(([text]) => text), FINE], 8_000);
  assert.equal(
    outcomes.map(({ problems }) => problems),
    [[], ...endings.map(([, problem]) => [problem]), []],
  );
  assert.equal([outcomes[0]!.passed, outcomes.at(-1)!.passed], [1, 1]);
});

test.run();
