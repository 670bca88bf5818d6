import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { generate } from './generate.ts';
import { fileHistory, Line, openHistory } from './history.ts';
import { checkLinearizability } from './linearizability.ts';
import { checkWitness } from './witness.ts';

let directory = '';
test.before.each(() => {
  directory = mkdtempSync(join(tmpdir(), 'bazar-history-'));
});
test.after.each(() => rmSync(directory, { recursive: true }));

async function write(lines: Iterable<Line>): Promise<string> {
  const path = join(directory, 'history.jsonl');
  const writer = openHistory(path);
  for (const line of lines) await writer.write(line);
  await writer.close();
  return path;
}

async function readAll(path: string): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of fileHistory(path)()) lines.push(line);
  return lines;
}

test('a history comes back from its file as it was written', async () => {
  const random = seededRandom(3);
  const lines = [...generate({ operations: 500, clients: 5, books: 3, random, unknown: 0.05, carts: 0.2 })];
  assert.equal(await readAll(await write(lines)), lines);
});

test('a checker goes through a file as through a list', async () => {
  const path = await write(generate({ operations: 500, clients: 5, books: 3, random: seededRandom(4) }));
  const report = await checkWitness(fileHistory(path));
  assert.is(report.violated, 0);
  assert.ok(report.reads > 100);
});

test('reading a history with an invalid line fails with the number of that line', async () => {
  const good: Line = { kind: 'book', book: 1, stock: 5, price: 1000, version: 0 };
  for (const bad of ['{"kind":"book"}', '{"kind":"theft"}', '{"kind"']) {
    const path = await write([good]);
    appendFileSync(path, `${bad}\n`);
    const failure = await readAll(path).catch((error: Error) => error.message);
    assert.match(String(failure), 'history.jsonl:2: ');
  }
});

test('the example in the documents is right, and wrong in the ways that are told there', async () => {
  const text = readFileSync(new URL('../../docs/verification.md', import.meta.url), 'utf8');
  const [, example = ''] = text.match(/```jsonl\n(.*?)```/s) ?? [];
  const lines = example
    .trim()
    .split('\n')
    .map((line) => Line.parse(JSON.parse(line)));
  const verdicts = async (history: Line[]) => [
    (await checkLinearizability(history)).verdict,
    (await checkWitness(() => history)).violated === 0,
  ];
  const change = (op: string, to: object) =>
    lines.map((line) => ('op' in line && line.op === op ? ({ ...line, ...to } as Line) : line));
  const without = (key: string) =>
    lines
      .filter((line) => line.kind !== 'order' || line.key !== key)
      .map((line) => (line.kind === 'table' ? { ...line, orders: line.orders - 1 } : line));

  assert.equal(await verdicts(lines), ['linearizable', true]);
  for (const key of ['a', 'b']) assert.equal(await verdicts(without(key)), ['violated', false]);
  assert.equal(await verdicts(change('5', { stock: 1 })), ['violated', false]);
  assert.equal(await verdicts(change('3', { via: 'gateway-1' })), ['linearizable', false]);
  assert.equal(
    await verdicts(change('5', { consistency: 'default', version: 0, stock: 2, asOf: undefined })),
    ['linearizable', false],
  );
});

test.run();
