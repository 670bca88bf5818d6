import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timeText } from '../../gateway/bridge/views.ts';

test('a time is told as Date tells it, in whatever order the seconds come', () => {
  const times = [0, 1, 999, 1_000, -1, -1_000, Date.UTC(2026, 10, 28, 9, 5, 7, 40), 8_640_000_000_000_000];
  for (let place = 0; place < 40; place++) times.push(Date.UTC(2026, 0, 1, 0, 0, place % 20, place));
  for (const time of times) assert.is(timeText(time), new Date(time).toISOString());
});

test.run();
