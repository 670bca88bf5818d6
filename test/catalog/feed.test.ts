import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createFeed } from '../../actors/catalog/feed.ts';
import type { BookChange } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { Body } from '../../runtime/links/mesh.ts';
import { manualClock } from '../support/manual-clock.ts';

type Message = Body<'feed.changes'> & { readonly to: string };

function change(id: number, version: number, topic?: string): BookChange {
  const state = { id, stock: version, price: 1, version };
  return topic === undefined ? state : { ...state, topic };
}

/** A feed that starts at index 0 with a ring of `feedEntries`, and what it sent; `blocked` nodes refuse. */
function openFeed({ feedEntries = 10, index = 0, maxFrameBytes = DEFAULT_LIMITS.maxFrameBytes } = {}) {
  const clock = manualClock();
  const sent: Message[] = [];
  const blocked = new Set<string>();
  const send = (to: string, body: Body<'feed.changes'>) => {
    if (blocked.has(to)) return false;
    sent.push({ to, ...body });
    return true;
  };
  const feed = createFeed({ index, clock, limits: { ...DEFAULT_LIMITS, feedEntries, maxFrameBytes }, send });
  return { feed, clock, sent, blocked };
}

test('entries of one turn are one message, with the newest state of each book only', () => {
  const { feed, clock, sent } = openFeed();
  assert.equal(feed.follow('gateway-1', 0), { index: 0, reset: false });
  feed.record(1, [change(1, 1)]);
  feed.record(2, [change(2, 2)]);
  feed.record(3, [change(1, 3)]);
  assert.equal(sent, []);
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-1', from: 0, index: 3, changes: [change(2, 2), change(1, 3)] }]);
  feed.record(4, [change(2, 4)]);
  clock.advance(0);
  assert.equal(sent[1], { to: 'gateway-1', from: 3, index: 4, changes: [change(2, 4)] });
});

test('the topic of a new book is not lost behind a later state of it', () => {
  const { feed, clock, sent } = openFeed();
  feed.follow('gateway-1', 0);
  feed.record(1, [change(1, 1, 'xen')]);
  feed.record(2, [change(1, 2)]);
  clock.advance(0);
  assert.equal(sent[0]?.changes, [change(1, 2, 'xen')]);
});

test('entries that change no book move the index on', () => {
  const { feed, clock, sent } = openFeed();
  feed.follow('gateway-1', 0);
  feed.record(1, []);
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-1', from: 0, index: 1, changes: [] }]);
});

test('a follower that was here before gets what it missed', () => {
  const { feed, clock, sent } = openFeed();
  for (let index = 1; index <= 5; index++) feed.record(index, [change(index, index)]);
  assert.equal(feed.follow('gateway-1', 3), { index: 3, reset: false });
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-1', from: 3, index: 5, changes: [change(4, 4), change(5, 5)] }]);
});

test('a follower from before the ring is reset to the present', () => {
  const { feed, clock, sent } = openFeed({ feedEntries: 2 });
  for (let index = 1; index <= 5; index++) feed.record(index, [change(index, index)]);
  assert.equal(feed.follow('gateway-1', 2), { index: 5, reset: true });
  assert.equal(feed.follow('gateway-2', 3), { index: 3, reset: false });
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-2', from: 3, index: 5, changes: [change(4, 4), change(5, 5)] }]);
});

test('a feed that starts on an applied state has nothing to tell of what came before', () => {
  const { feed } = openFeed({ index: 7 });
  assert.equal(feed.follow('gateway-1', 6), { index: 7, reset: true });
  assert.equal(feed.follow('gateway-1', 7), { index: 7, reset: false });
});

test('a follower that is ahead of this catalog hears nothing until it has been passed', () => {
  const { feed, clock, sent } = openFeed();
  assert.equal(feed.follow('gateway-1', 3), { index: 3, reset: false });
  for (let index = 1; index <= 3; index++) feed.record(index, [change(index, index)]);
  clock.advance(0);
  assert.equal(sent, []);
  feed.record(4, [change(4, 4)]);
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-1', from: 3, index: 4, changes: [change(4, 4)] }]);
});

test('an entry of which the ring holds only a part counts as forgotten', () => {
  const { feed } = openFeed({ feedEntries: 2 });
  feed.record(1, [change(1, 1), change(2, 1), change(3, 1)]);
  assert.equal(feed.since(0), { from: 1, index: 1, changes: [] });
  assert.is(feed.follow('gateway-1', 0).reset, true);
});

test('more than a link takes at once is a gap to the follower', () => {
  const { feed, clock, sent } = openFeed({ feedEntries: 100, maxFrameBytes: 2_000 });
  const topic = 'x'.repeat(200);
  feed.record(1, [change(9, 1, topic)]);
  for (const id of [1, 2, 3, 4, 5, 6]) feed.record(1 + id, [change(id, 1 + id, topic)]);
  feed.follow('gateway-1', 1);
  feed.follow('gateway-2', 6);
  clock.advance(0);
  assert.equal(
    sent.map(({ from, index, changes }) => [from, index, changes.length]),
    [
      [7, 7, 0],
      [6, 7, 1],
    ],
  );
});

test('a live follower that the ring has passed sees the gap in the next message', () => {
  const { feed, clock, sent } = openFeed({ feedEntries: 2 });
  feed.follow('gateway-1', 0);
  for (let index = 1; index <= 5; index++) feed.record(index, [change(index, index)]);
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-1', from: 3, index: 5, changes: [change(4, 4), change(5, 5)] }]);
});

test('a message that could not be sent is sent later, together with what came meanwhile', () => {
  const { feed, clock, sent, blocked } = openFeed();
  feed.follow('gateway-1', 0);
  feed.follow('gateway-2', 0);
  blocked.add('gateway-1');
  feed.record(1, [change(1, 1)]);
  clock.advance(0);
  assert.equal(
    sent.map((message) => message.to),
    ['gateway-2'],
  );
  blocked.clear();
  feed.record(2, [change(1, 2)]);
  clock.advance(DEFAULT_LIMITS.tickMs);
  assert.equal(sent.slice(1), [
    { to: 'gateway-1', from: 0, index: 2, changes: [change(1, 2)] },
    { to: 'gateway-2', from: 1, index: 2, changes: [change(1, 2)] },
  ]);
});

test('who no longer follows hears nothing more, and nothing is left to do', () => {
  const { feed, clock, sent, blocked } = openFeed();
  feed.follow('gateway-1', 0);
  blocked.add('gateway-1');
  feed.record(1, [change(1, 1)]);
  clock.advance(0);
  feed.unfollow('gateway-1');
  clock.advance(1000);
  feed.record(2, [change(1, 2)]);
  clock.advance(1000);
  assert.equal(sent, []);
  assert.is(clock.pending, 0);
});

test('after a snapshot followers see a gap up to it, and later entries follow on', () => {
  const { feed, clock, sent } = openFeed();
  feed.follow('gateway-1', 0);
  feed.record(1, [change(1, 1)]);
  feed.reset(50);
  clock.advance(0);
  assert.equal(sent, [{ to: 'gateway-1', from: 50, index: 50, changes: [] }]);
  assert.is(feed.follow('gateway-2', 49).reset, true);
  feed.record(51, [change(1, 51)]);
  clock.advance(0);
  assert.equal(sent[1], { to: 'gateway-1', from: 50, index: 51, changes: [change(1, 51)] });
});

test('whoever follows knows the newest state of every book that changed, or that there was a gap', () => {
  const entry = fc.record({
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    turn: fc.boolean(),
  });
  const property = fc.property(
    fc.array(entry, { maxLength: 40 }),
    fc.integer({ min: 1, max: 6 }),
    (log, size) => {
      const { feed, clock, sent } = openFeed({ feedEntries: size });
      feed.follow('gateway-1', 0);
      const newest = new Map<number, number>();
      for (const [place, { ids, turn }] of log.entries()) {
        const index = place + 1;
        feed.record(
          index,
          ids.map((id) => change(id, index)),
        );
        for (const id of ids) newest.set(id, index);
        if (turn) clock.advance(0);
      }
      clock.advance(0);

      const heard = new Map<number, number>();
      let at = 0;
      let gap = 0;
      for (const { from, index, changes } of sent) {
        assert.ok(from >= at && from <= index);
        if (from > at) gap = from;
        at = index;
        for (const { id, version } of changes) {
          assert.ok(version > from && version <= index && version > (heard.get(id) ?? 0));
          heard.set(id, version);
        }
      }
      assert.is(at, log.length);
      for (const [id, version] of newest) assert.ok(version <= gap || heard.get(id) === version);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test('a book that moves from topic to topic between two sendings is told with every topic that it left', () => {
  const { feed } = openFeed();
  feed.record(1, [{ ...change(1, 1, 'b'), formerTopics: ['a'], retired: true }]);
  feed.record(2, [{ ...change(1, 2, 'c'), formerTopics: ['b'] }]);
  feed.record(3, [change(1, 3)]);
  const [told] = feed.since(0).changes;
  assert.equal(told, { ...change(1, 3, 'c'), formerTopics: ['b', 'a'] });
});

test.run();
