import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TEXT } from '../../bench/floors/answer.ts';
import { bareFastify, nodeHttp, redisGet, syncedBatch, wsEcho } from '../../bench/floors/floors.ts';
import { openWebSocketConnection } from '../../bench/load/connections.ts';
import { startFastifyPostgres, startMoleculer } from '../../bench/peers/peers.ts';
import { FIRST_BOOK } from '../../bench/subjects/books.ts';
import { Missing, type Running } from '../../bench/subjects/subject.ts';
import { needs } from '../support/needs.ts';
import { isRunning } from '../support/processes.ts';

/** What the store is measured beside must do what is claimed of it, or the ratios say nothing. */

const SHELF = { books: 40, stock: 30 };

async function using<R extends Running>(starting: Promise<R>, work: (running: R) => Promise<void>) {
  const running = await starting;
  try {
    await work(running);
  } finally {
    await running.stop();
  }
  for (const pid of running.pids) assert.not(await isRunning(pid), `${pid} ended`);
}

interface Body {
  readonly [name: string]: unknown;
}

async function ask(url: string, path: string, options: RequestInit = {}) {
  const answer = await fetch(`${url}${path}`, options);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) as Body };
}

function buy({ url }: Running, id: number, quantity: number, key?: string) {
  const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
  return ask(url, '/purchase', { method: 'POST', headers, body: JSON.stringify({ id, quantity }) });
}

for (const floor of [nodeHttp, bareFastify]) {
  test(`${floor.name} answers with the headers and the body of the store's own cached read`, () =>
    using(floor.start(), async ({ url }) => {
      const { status, headers, text } = await ask(url, `/info/${FIRST_BOOK}`);
      assert.is(status, 200);
      assert.is(text, TEXT);
      for (const [name, value] of Object.entries({
        'x-cache': 'hit',
        etag: '"1000"',
        'content-length': String(TEXT.length),
      })) {
        assert.is(headers.get(name), value, name);
      }
    }));
}

test('ws echo sends every message back', () =>
  using(wsEcho.start(), async ({ url }) => {
    const answers: number[] = [];
    await new Promise<void>((resolve, reject) => {
      openWebSocketConnection(url.replace('http', 'ws'), 3, (slot, outcome) => {
        assert.is(outcome, 'ok');
        if (answers.push(slot) === 3) resolve();
      }).then((connection) => {
        for (const slot of [0, 1, 2]) connection.send(slot, { kind: 'read', id: slot });
      }, reject);
    });
    assert.equal(answers, [0, 1, 2]);
  }));

test(
  'the floor of Redis answers what was set',
  needs('redis-server', 'Redis GET', () =>
    using(redisGet.start(), async ({ redis }) => {
      await redis.set('book', 'text');
      assert.is(await redis.get('book'), 'text');
    }),
  ),
);

test('the floor of LevelDB keeps what it has synced', () =>
  using(syncedBatch.start(), async ({ store }) => {
    await store.write([{ type: 'put', key: 'order/1', value: 'kept' }]);
    assert.is(store.get('order/1'), 'kept');
  }));

/** The same story for each peer: it reads, searches, sells all copies and not one more, and knows an order id again. */
async function tellsTheTruth(peer: Running): Promise<void> {
  const { url } = peer;
  const book = async () => (await ask(url, `/info/${FIRST_BOOK}?consistency=strong`)).body;
  assert.is((await ask(url, `/info/${FIRST_BOOK}`)).body.stock, SHELF.stock);
  assert.is((await ask(url, '/info/77')).status, 404);
  const found = (await ask(url, '/search/topic%201')).body as unknown as Body[];
  assert.is(found.length, 20);
  assert.is(found[0]!.id, FIRST_BOOK + 20);

  const first = await buy(peer, FIRST_BOOK, 2, 'mine');
  assert.is(first.status, 201);
  assert.is(first.body.orderId, 'mine');
  assert.is(first.body.total, '20.00');
  await buy(peer, FIRST_BOOK, 2, 'mine');
  assert.is((await book()).stock, SHELF.stock - 2);
  assert.is((await ask(url, `/info/${FIRST_BOOK}`)).body.stock, SHELF.stock - 2, 'no cache shows what was');

  const buyers = Array.from({ length: SHELF.stock + 10 }, () => buy(peer, FIRST_BOOK, 1));
  const statuses = (await Promise.all(buyers)).map(({ status }) => status);
  assert.is(statuses.filter((status) => status === 201).length, SHELF.stock - 2);
  assert.is(statuses.filter((status) => status === 409).length, 12);
  assert.is((await book()).stock, 0);
}

test('fastify-postgres tells the truth and never oversells', async () => {
  try {
    await using(startFastifyPostgres(SHELF), tellsTheTruth);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.stdout.write(`\nSKIP fastify-postgres (${error.message})\n`);
  }
});

test('moleculer tells the truth and never oversells', () => using(startMoleculer(SHELF), tellsTheTruth));

test.run();
