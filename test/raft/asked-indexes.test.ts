import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAskedIndexes } from '../../actors/raft/asked-indexes.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Mesh } from '../../runtime/links/mesh.ts';
import { manualClock } from '../support/manual-clock.ts';

/** Leaders that answer each question with its number. */
function setUp() {
  const clock = manualClock();
  const asked: { readonly leader: string; readonly timeoutMs: number }[] = [];
  const mesh = {
    async ask(leader: string, _type: string, _body: unknown, timeoutMs: number) {
      asked.push({ leader, timeoutMs });
      if (leader === 'gone') throw new BazarError('unreachable');
      return { index: asked.length };
    },
  } as unknown as Pick<Mesh, 'ask'>;
  return { clock, asked, indexes: createAskedIndexes(mesh, clock), now: clock.monotonic() };
}

test('the reads of one event-loop turn are one question, which has as long as the most patient of them', async () => {
  const { clock, asked, indexes, now } = setUp();
  const reads = [indexes.ask('catalog-1', now + 100), indexes.ask('catalog-1', now + 300)];
  assert.is(asked.length, 0, 'nothing is asked before the turn is over');
  await clock.elapse(0);
  assert.equal(await Promise.all(reads), [1, 1]);
  assert.equal(asked, [{ leader: 'catalog-1', timeoutMs: 300 }]);
});

test('a read of a later turn is a question of its own: an earlier answer may be older than it', async () => {
  const { clock, asked, indexes, now } = setUp();
  const first = indexes.ask('catalog-1', now + 100);
  await clock.elapse(0);
  const second = indexes.ask('catalog-1', now + 100);
  await clock.elapse(0);
  assert.equal(await Promise.all([first, second]), [1, 2]);
  assert.is(asked.length, 2);
});

test('another leader is asked apart, and a failure is that of all who asked with it', async () => {
  const { clock, indexes, now } = setUp();
  const sound = indexes.ask('catalog-1', now + 100);
  const lost = [indexes.ask('gone', now + 100), indexes.ask('gone', now + 100)].map((read) =>
    read.then(
      () => 'answered',
      ({ code }: BazarError) => code,
    ),
  );
  await clock.elapse(0);
  assert.is(await sound, 1);
  assert.equal(await Promise.all(lost), ['unreachable', 'unreachable']);
});

test.run();
