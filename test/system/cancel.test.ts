import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { assertEqualCatalogs } from '../support/crowd.ts';
import { eventually } from '../support/eventually.ts';

/** Orders are cancelled and customers have limits, while the catalog that decides is killed. */

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster();
});

test.after(async () => {
  await cluster?.stop();
});

interface Told {
  readonly status?: string | number;
  readonly code?: string;
  readonly refund?: string;
  readonly refunded?: string;
  readonly stock: number;
}

async function putUp(id: number, more: object = {}): Promise<void> {
  const body = { id, title: 'A book', topic: 'taken back', price: '5.00', stock: 100, ...more };
  const added = await eventually('the book is there', async () => {
    const answer = await cluster.request('POST', '/books', { admin: true, body });
    return answer.status === 201 && answer;
  });
  assert.is(added.status, 201);
}

const buy = (body: object, key: string) =>
  cluster.request<Told>('POST', '/purchase', { body, headers: { 'idempotency-key': key } });

/** Asks under one key until it is decided. */
async function cancel(orderId: string, key: string, body: object): Promise<Told> {
  const options = { admin: true, body, headers: { 'idempotency-key': key } };
  const { body: told } = await eventually(`cancellation ${key}`, async () => {
    const answer = await cluster.request<Told>('POST', `/orders/${orderId}/cancel`, options);
    return answer.status < 500 && answer.status !== 429 && answer;
  });
  return told;
}

const ledgerOf = async (id: number) => {
  const { books } = await assertEqualCatalogs(cluster);
  return books.find((book) => book.id === id);
};

test('copies of an order that forty ask to take back while the leader is killed come back once each, until none is left', async () => {
  await cluster.whole();
  await putUp(200);
  assert.is((await buy({ id: 200, quantity: 30 }, 'taken-back')).status, 201);
  const leader = await cluster.leader();
  const asked = Array.from({ length: 40 }, (_, number) =>
    cancel('taken-back', `back-${number}`, { lines: [{ id: 200 }] }),
  );
  await cluster.kill(leader);
  const told = await Promise.all(asked);
  const done = told.filter(({ refund }) => refund === '5.00');
  const refused = told.filter(({ code }) => code === 'over-cancelled');
  assert.equal([done.length, refused.length], [30, 10]);
  assert.equal(await cancel('taken-back', 'back-0', { lines: [{ id: 200 }] }), told[0]);
  const { body } = await cluster.request<Told>('GET', '/orders/taken-back');
  assert.equal([body.status, body.refunded], ['cancelled', '150.00']);
  await cluster.whole();
  assert.equal(await ledgerOf(200), {
    ...{ id: 200, initial: 100, restocked: 0, returned: 30, sold: 30, held: 0, stock: 100 },
  });
});

test('of 200 buyers at once who are 20 customers of a book with a limit of two each exactly 40 get a copy', async () => {
  await cluster.whole();
  await putUp(201, { perCustomer: 2 });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, number) =>
      buy({ id: 201, customer: `customer ${number % 20}` }, `limited-${number}`),
    ),
  );
  assert.is(answers.filter(({ status }) => status === 201).length, 40);
  assert.is(answers.filter(({ body }) => body.code === 'limit-reached').length, 160);
  assert.is((await ledgerOf(201))?.sold, 40);

  const first = answers.findIndex(({ status }) => status === 201);
  await cancel(`limited-${first}`, 'one-back', {});
  const customer = `customer ${first % 20}`;
  assert.is((await buy({ id: 201, customer }, 'after-that')).status, 201);
  assert.is((await buy({ id: 201, customer }, 'one-too-many')).body.code, 'limit-reached');
});

test.run();
