import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEventFollowers, type EventOutlet } from '../../gateway/bridge/event-followers.ts';
import { createViews } from '../../gateway/bridge/views.ts';
import type { EventAnswer } from '../../runtime/event-answers.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { NO_CURRENCY } from '../../runtime/money.ts';
import { createWaits } from '../../runtime/waits.ts';
import { eventually } from '../support/eventually.ts';
import { manualClock, settle } from '../support/manual-clock.ts';
import { createMemoryService } from '../support/memory-service.ts';
import { ask, BOOKS, READER_TOKEN, withBridge } from './support.ts';

/** An outlet whose client takes what it is told only while `reads`. */
function createOutlet() {
  const waiting: (() => void)[] = [];
  const outlet = {
    isOpen: true,
    reads: true,
    beats: 0,
    cuts: 0,
    told: [] as EventAnswer[],
    tell: (events: readonly EventAnswer[]) => void outlet.told.push(...events),
    beat() {
      outlet.beats += 1;
    },
    whenTaken(taken: () => void) {
      if (outlet.reads) taken();
      else waiting.push(taken);
    },
    cut() {
      outlet.cuts += 1;
      outlet.isOpen = false;
    },
    read() {
      outlet.reads = true;
      for (const taken of waiting.splice(0)) taken();
    },
  };
  return outlet satisfies EventOutlet;
}

async function setUp(given: Partial<Limits> = {}) {
  const clock = manualClock();
  const service = await createMemoryService(BOOKS);
  const limits = { ...DEFAULT_LIMITS, ...given };
  const waits = createWaits(clock);
  await service.updateBook(1, { restock: 10_000 });
  const views = createViews(NO_CURRENCY);
  let reads = 0;
  const counted = {
    ...service,
    version: service.version,
    changes(...asked: Parameters<typeof service.changes>) {
      reads += 1;
      return service.changes(...asked);
    },
  };
  const followers = createEventFollowers({
    ...{ clock, limits, waits, views, logger: silentLogger },
    service: counted,
  });
  const buy = async (count: number) => {
    for (let bought = 0; bought < count; bought++) await service.purchase([{ id: 1, quantity: 1 }]);
  };
  return { clock, followers, limits, waits, buy, reads: () => reads };
}

test('a stream of which nothing is to be told says at intervals that it lives', async () => {
  const { clock, followers, limits, buy } = await setUp();
  const outlet = createOutlet();
  const follower = await followers.open({});
  void follower.follow(outlet);
  await clock.elapse(limits.eventHeartbeatMs - limits.eventPauseMs);
  assert.is(outlet.beats, 0);
  await clock.elapse(limits.eventPauseMs + limits.eventRestMs);
  assert.is(outlet.beats, 1);
  // An event says it as well.
  await clock.elapse(limits.eventHeartbeatMs / 2);
  await buy(1);
  await clock.elapse(limits.eventHeartbeatMs / 2 + limits.eventPauseMs);
  assert.equal([outlet.told.length, outlet.beats], [1, 1]);
  await clock.elapse(10 * limits.eventHeartbeatMs);
  assert.is(outlet.beats, 11);
});

test('what happens in a store at rest is told at once, and what follows after a short rest', async () => {
  const { clock, followers, limits, buy } = await setUp();
  const outlet = createOutlet();
  void (await followers.open({})).follow(outlet);
  await clock.elapse(10.5 * limits.eventPauseMs);
  await buy(1);
  await settle();
  assert.is(outlet.told.length, 1);
  await buy(2);
  await clock.elapse(limits.eventRestMs - 1);
  assert.is(outlet.told.length, 1);
  await clock.elapse(1);
  assert.is(outlet.told.length, 3);
});

test('however much happens and however many follow, they read so many pages a second', async () => {
  const { clock, followers, limits, buy, reads } = await setUp({ maxEventReads: 200 });
  async function readsOfASecond(): Promise<number> {
    const before = reads();
    for (let passed = 0; passed < 1_000; passed += 5) {
      await buy(1);
      await clock.elapse(5);
    }
    return reads() - before;
  }
  const follow = async () => void (await followers.open({})).follow(createOutlet());
  await follow();
  const looks = 1_000 / limits.eventRestMs;
  const alone = await readsOfASecond();
  assert.ok(alone > looks / 2 && alone <= looks + 1, `${alone} reads`);
  for (let open = 1; open < 20; open++) await follow();
  const together = await readsOfASecond();
  assert.ok(together > 100 && together <= 200 + 20, `${together} reads`);
});

test('one that takes nothing holds a page and is cut, and the others go on', async () => {
  const { clock, followers, limits, buy, reads } = await setUp({ maxEventStreams: 2 });
  const [slow, quick] = [createOutlet(), createOutlet()];
  slow.reads = false;
  const ended = (await followers.open({ since: 0 })).follow(slow);
  void (await followers.open({ since: 0 })).follow(quick);
  assert.match(await refusal(followers.open({})), 'already');
  await buy(1_000);
  await clock.elapse(limits.eventRestMs);
  await clock.elapse(limits.eventDrainMs - 1);
  assert.equal([slow.told.length, slow.cuts], [limits.defaultPage, 0]);
  assert.is(quick.told.length, 1_000);
  const before = reads();
  await clock.elapse(10);
  assert.equal([slow.told.length, slow.cuts], [limits.defaultPage, 1]);
  assert.is(await ended, undefined);
  assert.ok(reads() - before <= 1, 'nothing is read for it any more');
  // Its place is free.
  (await followers.open({})).leave();
});

test('one that takes its page late goes on behind it', async () => {
  const { clock, followers, limits, buy } = await setUp();
  const outlet = createOutlet();
  outlet.reads = false;
  await buy(250);
  void (await followers.open({ since: 0 })).follow(outlet);
  await clock.elapse(limits.eventDrainMs / 2);
  assert.is(outlet.told.length, 100);
  outlet.read();
  for (let page = 0; page < 3; page++) await clock.elapse(limits.eventPauseMs);
  const versions = outlet.told.map(({ version }) => version);
  assert.is(versions.length, 250);
  assert.equal(
    versions,
    [...new Set(versions)].sort((one, other) => one - other),
  );
});

test('a stream whose events cannot be read ends and says why; one that ends with the store does not', async () => {
  const { clock, followers, waits, limits } = await setUp();
  assert.match(await refusal(followers.open({ since: 999 })), 'above the present version');
  const outlet = createOutlet();
  const ended = (await followers.open({ types: ['order', 'stock'] })).follow(outlet);
  await settle();
  waits.end();
  await clock.elapse(limits.eventPauseMs);
  assert.equal([await ended, outlet.cuts], [undefined, 0]);
});

const refusal = (opened: Promise<unknown>) => opened.then(String, (error: Error) => error.message);

/** More than the buffers of two sockets take. */
const UNREAD_EVENTS = 250;
const EVENT_BYTES = 50_000;

test('a client that reads nothing of its Server-Sent Events is cut off with little sent, and others are served', () =>
  withBridge(
    async ({ url, service }) => {
      const title = 'x'.repeat(EVENT_BYTES / 100);
      const books = Array.from({ length: 100 }, (_, place) => ({
        ...{ id: 100 + place, title, topic: 'long', price: 1, stock: 1_000 },
      }));
      await service.addBooks(books);
      const lines = books.map(({ id }) => ({ id, quantity: 1 }));
      for (let bought = 0; bought < UNREAD_EVENTS; bought++) await service.purchase(lines);
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname).pause();
      const head = `GET /events?since=0 HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n`;
      socket.write(`${head}Authorization: Bearer ${READER_TOKEN}\r\n\r\n`);
      const headers = { authorization: `Bearer ${READER_TOKEN}`, accept: 'text/event-stream' };
      const status = async () => {
        const abort = new AbortController();
        const answer = await fetch(`${url}/events`, { headers, signal: abort.signal });
        abort.abort();
        return answer.status;
      };
      await eventually('the stream begins', async () => (await status()) === 429);
      assert.is((await ask(`${url}/info/1`)).status, 200);
      await eventually('it is cut off', async () => (await status()) === 200);
      socket.on('error', () => {});
      socket.resume();
      await once(socket, 'close');
      assert.ok(socket.bytesRead > 0 && socket.bytesRead < UNREAD_EVENTS * EVENT_BYTES);
    },
    { maxEventStreams: 1, eventDrainMs: 1_500, eventPauseMs: 20, defaultPage: 10 },
  ));

test.run();
