import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chase } from './chase.ts';
import { LinesNotFound, mutatedSources, swapLines } from './swap.ts';
import { MUTANTS, mutantNamed } from './table.ts';

/** Milliseconds for one mutant; it takes a few seconds. */
const LIMIT_MS = 120_000;

for (const mutant of MUTANTS) {
  test(`the lines that ${mutant.name} changes are in the source, once`, () => {
    const sources = mutatedSources(mutant);
    assert.ok(sources.size > 0);
  });
}

test('every mutant has a name of its own', () => {
  assert.is(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
});

test('a mutant whose lines are not found is an error', () => {
  const swap = { file: 'actors/raft/core/raft.ts', find: 'there is no such line', put: '' };
  assert.throws(
    () => mutatedSources({ name: 'outdated', swaps: [swap] }),
    (error: unknown) => error instanceof LinesNotFound && error.message.includes('actors/raft/core/raft.ts'),
  );
});

test('a mutant whose lines are found twice is an error', () => {
  const swap = { file: 'x.ts', find: 'one();', put: 'two();' };
  assert.throws(
    () => swapLines('one();\nif (it) {\n  one();\n}', swap, 'ambiguous'),
    (error: unknown) => error instanceof LinesNotFound,
  );
});

test('whole lines are replaced, however far they are indented', () => {
  const swap = { file: 'x.ts', find: '  a();\n  b();', put: 'c();' };
  assert.is(swapLines('{\n      a();\n      b();\n}\na();', swap, 'any'), '{\nc();\n}\na();');
});

test('a mutant whose lines are not found ends the run before it begins', async () => {
  const { problem } = await chase(
    { ...mutantNamed('acknowledged-before-sync'), name: 'no-such-mutant' },
    LIMIT_MS,
  );
  assert.match(problem ?? '', 'there is no mutant no-such-mutant');
});

for (const name of ['vote-answered-before-durable', 'acknowledged-before-sync', 'local-time-in-apply']) {
  test(`the simulation catches ${name}`, async () => {
    const { problem } = await chase(mutantNamed(name), LIMIT_MS);
    assert.is(problem, undefined);
  });
}

test.run();
