import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cellsOf } from '../../bench/report/cells.ts';
import { writeReport } from '../../bench/report/report.ts';
import { evenness, textOf } from '../../bench/report/text.ts';
import { type CaseResult, Result, type ScenarioResult } from '../../bench/result.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** A short run that was recorded: its figures say nothing, its shape is that of every run. */
const RECORDED = new URL('./recorded-result.json', import.meta.url);
const recorded = Result.parse(JSON.parse(readFileSync(RECORDED, 'utf8')));

function measured(label: string, ...perSecond: number[]): CaseResult {
  const repetitions = perSecond.map((value, place) => ({
    round: place + 1,
    spinMs: [30, 33] as [number, number],
    figures: { perSecond: value },
  }));
  return { label, about: label, repetitions };
}

function scenario(...cases: CaseResult[]): ScenarioResult {
  return { name: 'one', title: 'one', columns: ['perSecond', 'p50Ms'], isCompared: true, cases };
}

test('a cell is the median with the least and the most; columns without figures are left out', () => {
  const { head, rows } = cellsOf(scenario(measured('bazar', 3_000, 1_000, 2_500), measured('other', 5)));
  assert.equal(head, ['', 'per second, 1/s', 'bazar ÷ it']);
  assert.equal(rows[0], ['bazar', '2,500 (1,000–3,000)', '']);
  assert.equal(rows[1]!.slice(0, 2), ['other', '5']);
});

test('a ratio is the median of the pairs of one round, since what else the machine does comes and goes', () => {
  // Each pair says twice; the medians of the columns would say something else.
  const { rows } = cellsOf(scenario(measured('bazar', 200, 2_000, 20), measured('other', 100, 1_000, 10)));
  assert.is(rows[1]!.at(-1), '2.00 ×');
});

test('a case that was skipped says why, in one line', () => {
  const skipped = { ...measured('fastify-postgres'), skipped: 'no postgres on the PATH\nat here' };
  const { head, rows } = cellsOf(scenario(measured('bazar', 1), skipped));
  assert.is(rows[1]!.length, head.length);
  assert.is(rows[1]![1], 'skipped: no postgres on the PATH');
  assert.match(textOf(scenario(measured('bazar', 1), skipped)), /skipped: no postgres on the PATH/);
});

test('a report tells how even the machine was', () => {
  const text = evenness({ scenarios: [scenario(measured('bazar', 1, 2, 3))] });
  assert.match(text, /took 30 to 33 ms/);
  assert.match(text, /0 % of the times more than 25 % above the least/);
});

test('the report of a run has a table of each scenario and the six pictures, and all that it names is there', () =>
  inTemporaryFolder(async (folder) => {
    await mkdir(join(folder, 'report'));
    await writeFile(join(folder, 'report', '9-of-before.svg'), 'old');
    const files = await writeReport(recorded, join(folder, 'report'));
    const page = await readFile(files[0]!, 'utf8');
    for (const { name } of recorded.scenarios) assert.ok(page.includes(`\`--only ${name}\``), name);
    assert.ok(page.includes(recorded.commit) && page.includes(recorded.machine.processor));
    const targets = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
    const pictures = targets.filter((target) => target.endsWith('.svg'));
    assert.equal(
      pictures.map((name) => name[0]),
      ['1', '2', '3', '4', '5', '6'],
    );
    for (const target of targets) assert.ok(existsSync(join(dirname(files[0]!), target)), target);
    assert.not((await readdir(join(folder, 'report'))).includes('9-of-before.svg'));
    const kept = JSON.parse(await readFile(join(folder, 'report', 'result.json'), 'utf8'));
    assert.equal(Result.parse(kept), recorded);
  }));

test('a picture is a white card with words and units, well formed wherever it is shown', () =>
  inTemporaryFolder(async (folder) => {
    const files = (await writeReport(recorded, folder)).filter((file) => file.endsWith('.svg'));
    for (const file of files) {
      const svg = await readFile(file, 'utf8');
      assert.match(svg, /^<svg [^>]*viewBox=/, file);
      assert.match(svg, /<rect width="860" height="\d+"[^>]* fill="#ffffff"/, file);
      assert.match(svg, /(response time, ms|requests)/, file);
      assert.not.match(svg, /NaN|undefined|Infinity/, file);
      // A quote inside an attribute ends it, and the picture with it.
      for (const [tag] of svg.matchAll(/<[a-z][^>]*>/g))
        assert.match(tag, /^<[a-z]+( [\w:-]+="[^"<]*")*\s*\/?>$/i, file);
    }
    const first = await readFile(files[0]!, 'utf8');
    assert.ok(first.includes('the original report') && first.includes('>29<') && first.includes('>20<'));
  }));

test('a part of a run has the pictures of that part', () =>
  inTemporaryFolder(async (folder) => {
    const scenarios = recorded.scenarios.filter(({ name }) => name === 'distribution');
    const files = await writeReport({ ...recorded, scenarios }, folder);
    assert.equal(
      files.filter((file) => file.endsWith('.svg')).map((file) => file.slice(folder.length + 1)),
      ['2-distribution-over-replicas.svg'],
    );
  }));

test.run();
