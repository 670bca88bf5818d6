import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Recorded } from '../../actors/catalog/decision.ts';
import { recordHash } from '../../actors/catalog/digest.ts';
import { RecentHolds } from '../../actors/catalog/recent-holds.ts';

const hash = recordHash('o/k', '');
const record = {} as Recorded;
const MEBI = 1024 * 1024;

test('the oldest holds are let go of where the texts of all are too long, and what has ended takes no room', () => {
  const holds = new RecentHolds();
  const known = (keys: string) => [...keys].filter((key) => holds.get(key)).join('');
  for (const key of 'abcd') holds.add(key, { record, hash, chars: MEBI });
  assert.is(known('abcd'), 'abcd');
  holds.add('e', { record, hash, chars: 1 });
  assert.is(known('abcde'), 'bcde');
  holds.delete('c');
  holds.delete('c');
  holds.add('f', { record, hash, chars: MEBI - 1 });
  assert.is(known('bcdef'), 'bdef');
  holds.add('g', { record, hash, chars: 5 * MEBI });
  assert.is(known('bdefg'), '');
});

test.run();
