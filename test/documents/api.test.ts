import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apiDocument, NOTIFICATIONS } from '../../docs/api.ts';
import { PROBES } from '../../gateway/bridge/http/probes.ts';
import { createOperations } from '../../gateway/bridge/operations/index.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';

const project = new URL('../../', import.meta.url);
const written = readFileSync(new URL('docs/api.md', project), 'utf8');

test('docs/api.md is what the code gives, and its examples are what a bridge answers', async () => {
  assert.is(await apiDocument(), written, 'write it anew: node --import tsx docs/api.ts');
});

test('every operation has its section, and every other address its line', () => {
  for (const [name, { http }] of Object.entries(createOperations(DEFAULT_LIMITS))) {
    assert.ok(written.includes(`\n### ${name}\n`), name);
    if (http) assert.ok(written.includes(`\`${http.method} ${http.url}\``), http.url);
  }
  for (const url of Object.keys(PROBES)) assert.ok(written.includes(`| \`GET ${url}\` |`), url);
});

test('every notification that the store sends is in it', () => {
  const sent = readdirSync(new URL('gateway', project), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [
      ...readFileSync(new URL(`gateway/${path}`, project), 'utf8').matchAll(/encoded?Notification\('(\w+)'/g),
    ])
    .map(([, name]) => name!);
  assert.equal([...new Set(sent)].sort(), Object.keys(NOTIFICATIONS).sort());
});

test.run();
