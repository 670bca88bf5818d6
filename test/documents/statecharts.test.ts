import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { descendants, idOf, stepsFrom } from '../../docs/chart-steps.ts';
import { CHARTS, statechartFiles } from '../../docs/statecharts.ts';

const project = new URL('../../', import.meta.url);
const FOLDERS = ['actors', 'client', 'gateway', 'runtime', 'storage'];

test('docs/statecharts.md, its drawings and those of the page are what the code gives', async () => {
  for (const [path, text] of await statechartFiles()) {
    const written = readFileSync(new URL(path, project), 'utf8');
    assert.is(text, written, `${path}: write it anew: node --import tsx docs/statecharts.ts`);
  }
});

test('every state of every machine is in its drawing, and every arrow has a way', async () => {
  for (const { machine } of CHARTS) {
    const svg = readFileSync(new URL(`docs/charts/${machine.id}.svg`, project), 'utf8');
    for (const node of descendants(machine.root).slice(1)) assert.match(svg, `id="${idOf(node)}"`);
    const steps = descendants(machine.root).flatMap(stepsFrom);
    for (const { target, on } of steps) if (target) assert.match(svg, on);
    assert.not.match(svg, 'NaN');
  }
});

test('every statechart of the store is in it', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, project), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path}`),
  );
  const withMachine = files.filter((file) =>
    readFileSync(new URL(file, project), 'utf8').includes('.createMachine('),
  );
  assert.equal(CHARTS.map(({ file }) => file).sort(), withMachine.sort());
});

test.run();
