import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withBoundsTable } from '../../docs/bounds.ts';
import { helpText } from '../../runtime/launcher/config.ts';
import { BOUNDS } from '../../runtime/limits.ts';

const project = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, project), 'utf8');
const DOCUMENTS = [
  'CONTRIBUTING.md',
  'README.md',
  'docs/api.md',
  'docs/architecture.md',
  'docs/machines.md',
  'docs/performance.md',
  'docs/security.md',
  'docs/statecharts.md',
  'docs/verification.md',
];

test('the script in the README is the one that can be run', () => {
  const [, script] = /```js\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  assert.is(script, read('docs/examples/buy.mjs'));
});

test('the README has every option of npm start, with its variable', () => {
  const readme = read('README.md');
  const words = helpText().match(/--[a-z-]+|\b(BAZAR_[A-Z_]+|REDIS_URL)\b/g) ?? [];
  assert.ok(words.length > 10);
  for (const word of words) assert.ok(readme.includes(word), word);
});

test('the README has every bound that clients meet, with its default', () => {
  assert.is(
    withBoundsTable(read('README.md')),
    read('README.md'),
    'write it anew: node --import tsx docs/bounds.ts',
  );
});

test('--help says of every bound what it bounds', () => {
  const help = helpText();
  for (const [name, { value, meaning }] of Object.entries(BOUNDS)) {
    assert.ok(help.includes(`  ${name}=${value}: `), name);
    assert.ok(help.includes(meaning.slice(meaning.indexOf(' '))), name);
  }
});

test('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
  for (const document of DOCUMENTS) {
    for (const [, name] of read(document).matchAll(/npm run (?:-s )?([a-z]+)/g)) {
      assert.ok(Object.hasOwn(scripts, name!), `${document}: npm run ${name}`);
    }
  }
});

test('every file and heading that the documents point to is there', () => {
  for (const document of DOCUMENTS) {
    for (const [, target] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path, heading] = target!.split('#');
      const place = path ? new URL(path, new URL(document, project)) : new URL(document, project);
      assert.ok(existsSync(place), `${document}: ${target}`);
      if (heading === undefined) continue;
      const anchors = [...readFileSync(place, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
        anchor(text!),
      );
      assert.ok(anchors.includes(heading), `${document}: ${target}`);
    }
  }
});

/** A heading's address, as GitHub makes it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

test.run();
