import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutLeader } from '../../client/cli/commands/status.ts';

const catalog = (id: string, own: { term?: number; engine?: string } = {}) =>
  ({ id, kind: 'catalog', state: 'ready', ...own }) as Parameters<typeof withoutLeader>[0][number];

test('a store whose log an engine orders needs no leader, and one that has lost its own has none', () => {
  const outside = [catalog('catalog-1'), catalog('catalog-2', { engine: 'etcd' })];
  assert.is(withoutLeader(outside), 'none needed, etcd orders the log');
  assert.is(withoutLeader([catalog('catalog-1', { term: 4 }), catalog('catalog-2')]), 'none');
});

test.run();
