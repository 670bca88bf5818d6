import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPages, createReader, type Place, type Reader } from '../../gateway/bridge/pages.ts';
import type { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { manualClock } from '../support/manual-clock.ts';

const LIMITS = {
  ...DEFAULT_LIMITS,
  maxPagesInWork: 3,
  maxPagesPerConnection: 2,
  maxPagesPerAddress: 3,
  maxUnreadAnswers: 4,
  unreadAnswerMs: 1_000,
  pageBytesPerSecond: 1e9,
};

function stage() {
  const clock = manualClock();
  const pages = createPages(LIMITS, clock);
  const cut: string[] = [];
  const placed: string[] = [];
  const refused: string[] = [];
  const places = new Map<string, Place>();
  const client = (name: string, address: string, gathers = false) =>
    createReader(address, { gathers, cut: () => void cut.push(name) });

  async function take(name: string, reader: Reader): Promise<void> {
    pages.take(reader, clock.monotonic() + 5_000).then(
      (place) => {
        placed.push(name);
        places.set(name, place);
      },
      (error: BazarError) => refused.push(`${name}: ${error.code}`),
    );
    await clock.elapse(0);
  }
  const made = (name: string, bytes = 10) => places.get(name)!.made(bytes);
  async function left(name: string): Promise<void> {
    places.get(name)!.left();
    await clock.elapse(0);
  }
  return { clock, pages, cut, placed, refused, client, take, made, left };
}

test('a connection gets its next page only when the last has left', async () => {
  const { placed, client, take, made, left } = stage();
  const one = client('one', 'here');
  await take('1', one);
  await take('2', one);
  made('1');
  assert.equal(placed, ['1']);
  await left('1');
  assert.equal(placed, ['1', '2']);
});

test('a connection that gathers its answers gets more, up to the bytes it may hold', async () => {
  const { placed, client, take, made, left } = stage();
  const one = client('one', 'here', true);
  await take('1', one);
  made('1', LIMITS.maxClientBacklogBytes);
  await take('2', one);
  made('2', 1);
  await take('3', one);
  assert.equal(placed, ['1', '2']);
  await left('1');
  assert.equal(placed, ['1', '2', '3']);
});

test('few connections hold answers that nobody reads, and those of one address only half of them', async () => {
  const { placed, client, take, made, left } = stage();
  for (const name of ['a1', 'a2', 'a3']) {
    await take(name, client(name, 'a'));
    if (name !== 'a3') made(name);
  }
  assert.equal(placed, ['a1', 'a2']);
  for (const name of ['b1', 'b2', 'c1']) {
    await take(name, client(name, name[0]!));
    if (name !== 'c1') made(name);
  }
  assert.equal(placed, ['a1', 'a2', 'b1', 'b2'], 'all places are taken');
  await left('b1');
  assert.equal(placed, ['a1', 'a2', 'b1', 'b2', 'c1'], 'the first address still holds its half');
});

test('an answer that does not leave in time has its connection cut, and the places are free again', async () => {
  const { clock, pages, cut, placed, client, take, made } = stage();
  const slow = client('slow', 'a');
  await take('1', slow);
  made('1');
  await take('2', slow);
  await clock.elapse(999);
  assert.equal(cut, []);
  await clock.elapse(1);
  assert.equal(cut, ['slow']);
  pages.gone(slow);
  await take('3', client('other', 'a'));
  assert.equal(placed, ['1', '3']);
  pages.stop();
  assert.is(clock.pending, 0);
});

test('a client that has gone waits no more, even if its turn comes in the same moment', async () => {
  const { clock, pages, placed, refused, client } = stage();
  const one = client('one', 'a');
  const taking = pages.take(one, clock.monotonic() + 5_000).then(
    () => placed.push('1'),
    (error: BazarError) => refused.push(error.code),
  );
  pages.gone(one);
  await taking;
  assert.equal([placed, refused, one.places.size], [[], ['unavailable'], 0]);
});

test('a connection and an address may have so many waiting, and more are refused at once', async () => {
  const { refused, client, take } = stage();
  const holder = client('holder', 'a');
  for (const name of ['1', '2', '3', '4']) await take(name, holder);
  assert.equal(refused, ['4: overloaded']);
  const other = client('other', 'a');
  for (const name of ['5', '6', '7']) await take(name, other);
  assert.equal(refused, ['4: overloaded', '7: overloaded']);
});

test.run();
