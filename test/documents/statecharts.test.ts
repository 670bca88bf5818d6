import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHARTS, statechartsDocument } from '../../docs/statecharts.ts';

const project = new URL('../../', import.meta.url);
const FOLDERS = ['actors', 'client', 'gateway', 'runtime', 'storage'];

test('docs/statecharts.md is what the code gives', () => {
  const written = readFileSync(new URL('docs/statecharts.md', project), 'utf8');
  assert.is(statechartsDocument(), written, 'write it anew: node --import tsx docs/statecharts.ts');
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
