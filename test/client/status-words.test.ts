import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutLeader } from '../../client/cli/commands/status.ts';

const catalog = (id: string, term?: number, state: 'ready' | 'down' = 'ready') =>
  ({ id, kind: 'catalog', state, term }) as Parameters<typeof withoutLeader>[0][number];

test('a store whose log an engine orders needs no leader, and one that has lost its own has none', () => {
  assert.is(
    withoutLeader([catalog('catalog-1'), catalog('catalog-2')]),
    'none needed, the etcd orders the log',
  );
  assert.is(withoutLeader([catalog('catalog-1', 4), catalog('catalog-2', undefined, 'down')]), 'none');
  assert.is(withoutLeader([catalog('catalog-1', undefined, 'down')]), 'none');
});

test.run();
