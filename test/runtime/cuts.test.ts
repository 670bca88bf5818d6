import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createCuts } from '../../runtime/links/cuts.ts';
import { manualClock } from '../support/manual-clock.ts';

test('a cut drops what goes its way and refuses new links, until its time is over', () => {
  const clock = manualClock();
  const cuts = createCuts(clock);
  cuts.cut(['catalog-2'], 'out', 1_000);
  assert.equal([cuts.drops('catalog-2', 'out'), cuts.drops('catalog-2', 'in')], [true, false]);
  assert.equal([cuts.refuses('catalog-2'), cuts.refuses('catalog-3')], [true, false]);
  clock.advance(1_000);
  assert.equal([cuts.drops('catalog-2', 'out'), cuts.refuses('catalog-2')], [false, false]);
});

test('a cut of both ways takes the place of an earlier one, and healing ends all', () => {
  const cuts = createCuts(manualClock());
  cuts.cut(['a', 'b'], 'in', 1_000);
  cuts.cut(['a'], 'both', 1_000);
  assert.equal([cuts.drops('a', 'out'), cuts.drops('b', 'out'), cuts.drops('b', 'in')], [true, false, true]);
  cuts.heal();
  assert.equal([cuts.refuses('a'), cuts.refuses('b')], [false, false]);
});

test.run();
