import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createHappenings } from '../../runtime/create-happenings.ts';
import type { Happening } from '../../runtime/happenings.ts';
import { textOf } from '../../runtime/log-text.ts';
import { createLogger } from '../../runtime/logger.ts';
import { manualClock } from '../support/manual-clock.ts';

function setUp(maxHappenings = 5) {
  const clock = manualClock();
  const lines: string[] = [];
  const logger = createLogger('catalog-1', 'info', { write: (line) => void lines.push(line) });
  return {
    clock,
    lines,
    happenings: createHappenings({ node: 'catalog-1', clock, limits: { maxHappenings }, logger }),
  };
}

const vote: Happening = { kind: 'voteGiven', node: 'catalog-1', term: 3, facts: { candidate: 'catalog-2' } };
const ended: Happening = {
  kind: 'processEnded',
  node: 'catalog-2',
  facts: { fault: 'SIGKILL', isStarting: false },
};

test('a happening is a line with its facts, and the object itself for who listens', () => {
  const { lines, happenings } = setUp();
  const heard: Happening[] = [];
  const end = happenings.onHappening((happening) => void heard.push(happening));
  happenings.tell(vote);
  end();
  happenings.tell(vote);
  assert.equal(heard, [vote]);
  const { node, msg, happening } = JSON.parse(lines[0]!);
  assert.equal(
    { node, msg, happening },
    { node: 'catalog-1', msg: 'votes for catalog-2 in term 3', happening: vote },
  );
});

test('a line for people is the sentence alone, with the name of another node before it', () => {
  const { lines, happenings } = setUp();
  happenings.tell(vote);
  happenings.tell(ended);
  const texts = lines.map((line) => textOf(line).trim());
  assert.match(texts[0]!, /votes for catalog-2 in term 3$/);
  assert.match(texts[1]!, /catalog-2 ended \(SIGKILL\) and is started again$/);
});

test('what happens more often in a second than the bound is counted, and the count is told', async () => {
  const { clock, lines, happenings } = setUp();
  const heard: Happening[] = [];
  happenings.onHappening((happening) => void heard.push(happening));
  for (let time = 0; time < 40; time++) happenings.tell(vote);
  assert.equal([heard.length, lines.length], [5, 5]);
  await clock.elapse(1_000);
  assert.equal(heard.at(-1), { kind: 'leftOut', node: 'catalog-1', facts: { count: 35 } });
  happenings.tell(vote);
  assert.equal([heard.length, lines.length], [7, 7]);
});

test.run();
