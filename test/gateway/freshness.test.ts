import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createFreshness, type Freshness } from '../../gateway/cache/freshness.ts';

const create = (recentKeys = 100) => createFreshness({ recentKeys });

test('an unseen subject needs no minimum version', () => {
  const freshness = create();
  assert.is(freshness.books.needed(1), 0);
  assert.is(freshness.known, false);
});

test('an answer must be as of the latest index heard of its subject, which never goes back', () => {
  const freshness = create();
  freshness.books.raise(1, 10);
  freshness.books.raise(1, 8);
  assert.is(freshness.books.needed(1), 10);
  assert.is(freshness.books.needed(2), 0);
  assert.is(freshness.highest, 10);
});

test('after a start the floor is asked of every subject, and what was acknowledged since still counts', () => {
  const freshness = create();
  freshness.orders.raise('mine', 12);
  freshness.confirm(10);
  assert.is(freshness.known, true);
  assert.is(freshness.books.needed(1), 10);
  assert.is(freshness.orders.needed('mine'), 12);
});

test('an index that is forgotten is asked of every subject of its kind, and of no other kind', () => {
  const freshness = create(2);
  freshness.books.raise(1, 5);
  freshness.books.raise(2, 6);
  freshness.books.raise(3, 7);
  assert.is(freshness.books.needed(1), 5);
  assert.is(freshness.books.needed(99), 5);
  assert.is(freshness.books.needed(3), 7);
  assert.is(freshness.orders.needed('mine'), 0);
  assert.is(freshness.topics.needed('novels'), 0);
});

test('a full memory forgets the oldest sixty-fourth at once, and what is left is asked for one by one', () => {
  const freshness = create(128);
  for (let id = 1; id <= 129; id++) freshness.books.raise(id, id);
  assert.equal([1, 2, 3, 4].map(freshness.books.needed), [2, 2, 3, 4]);
  assert.is(freshness.books.needed(999), 2);
});

test('after a gap in the feed every subject is asked for the newest index, heard or missed', () => {
  const freshness = create();
  freshness.books.raise(1, 30);
  freshness.missed(20);
  assert.is(freshness.books.needed(2), 30);
  freshness.missed(40);
  assert.is(freshness.books.needed(1), 40);
});

/** A few subjects and a memory for fewer, so that forgetting happens all the time. */
type Subject = `b:${number}` | `t:${string}` | `o:${string}`;
const subject = fc.constantFrom<Subject>(
  'b:1',
  'b:2',
  'b:3',
  'b:4',
  'b:5',
  't:a',
  't:b',
  't:c',
  'o:x',
  'o:y',
);
const index = fc.nat(60);

/** The memory of the kind that a subject is of, for this subject. */
function heardOf({ books, topics, orders }: Freshness, subject: Subject) {
  const [kind, name] = subject.split(':') as [string, string];
  if (kind === 'b') {
    return { needed: () => books.needed(Number(name)), raise: (at: number) => books.raise(Number(name), at) };
  }
  const heard = kind === 't' ? topics : orders;
  return { needed: () => heard.needed(name), raise: (at: number) => heard.raise(name, at) };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('raise' as const), subject, index }),
  fc.record({ kind: fc.constant('confirm' as const), index }),
  fc.record({ kind: fc.constant('missed' as const), index }),
);

test('whatever is heard in whatever order, no subject is asked for less than was heard of it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, recentKeys) => {
      const freshness = create(recentKeys);
      const heard = new Map<Subject, number>();
      let ofAll = 0;
      for (const one of steps) {
        const before = new Map([...heard.keys()].map((key) => [key, heardOf(freshness, key).needed()]));
        if (one.kind === 'raise') {
          heardOf(freshness, one.subject).raise(one.index);
          heard.set(one.subject, Math.max(one.index, heard.get(one.subject) ?? 0));
        } else {
          freshness[one.kind](one.index);
          ofAll = Math.max(ofAll, one.index);
        }
        for (const [key, latest] of heard) {
          assert.ok(heardOf(freshness, key).needed() >= Math.max(latest, ofAll));
          assert.ok(
            heardOf(freshness, key).needed() >= before.get(key)! || !before.has(key),
            'it never goes back',
          );
          assert.ok(heardOf(freshness, key).needed() <= freshness.highest, 'nor beyond what exists');
        }
      }
    }),
  );
});

test.run();
