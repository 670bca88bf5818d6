import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { confirm, hold, release } from '../catalog/support.ts';
import { type Answered, ask, type Opened, openRpc, post, withBridge } from './support.ts';

/** Holds one copy of book 1 as an order replica does that pays; what ends it is the test's. */
const beginPaying = ({ service }: Opened, key: string, ttlMs = 60_000) =>
  service.submit({ ...hold(key, [{ id: 1, quantity: 1 }], ttlMs), payment: 'open' });

const buy = (url: string, key: string) => post(`${url}/purchase`, { id: 1 }, { 'idempotency-key': key });
const summary = ({ status, body }: Answered) => [status, body.code, body.outcome];
const paymentOf = async (url: string, key: string) =>
  ((await ask(`${url}/orders/${key}`)).body as { payment?: string }).payment;

test('a purchase that is being paid for ends as unknown, and is shown as held', () =>
  withBridge(async (opened) => {
    await beginPaying(opened, 'a');
    assert.equal(summary(await buy(opened.url, 'a')), [503, 'outcome-unknown', 'unknown']);
    assert.is(await paymentOf(opened.url, 'a'), 'open');
  }));

test('a paid one is an order, which says so', () =>
  withBridge(async (opened) => {
    await beginPaying(opened, 'a');
    await opened.service.submit({ ...confirm('a'), payment: 'captured' });
    const told = await buy(opened.url, 'a');
    assert.equal([told.status, told.body.status], [200, 'confirmed']);
    assert.is(await paymentOf(opened.url, 'a'), 'captured');
  }));

test('a declined one is 402, over both bridges, as often as it is asked for', () =>
  withBridge(async (opened) => {
    await beginPaying(opened, 'a');
    await opened.service.submit({ ...release('a'), payment: 'declined' });
    for (let times = 0; times < 2; times++) {
      const told = await buy(opened.url, 'a');
      assert.equal(summary(told), [402, 'payment-declined', 'refused']);
      assert.match(
        told.body.detail!,
        'The payment of order a was declined, and its copies are back on the shelf.',
      );
      assert.is(told.headers.get('idempotent-replayed'), 'true');
    }
    const client = await openRpc(opened.url);
    const { error } = await client.call('purchase', { id: 1, orderId: 'a' });
    assert.equal([error?.data?.code, error?.data?.outcome], ['payment-declined', 'refused']);
    client.close();
    assert.is((await ask(`${opened.url}/info/1`)).body.stock, 100);
  }));

test('one that was not paid in time is refused before and after its payment is void', () =>
  withBridge(async (opened) => {
    await beginPaying(opened, 'a', 1_000);
    opened.service.now += 10_000;
    await opened.service.submit(confirm('nothing'));
    for (const payment of ['open', 'voided']) {
      assert.equal(summary(await buy(opened.url, 'a')), [409, 'payment-expired', 'refused']);
      assert.is(await paymentOf(opened.url, 'a'), payment);
      await opened.service.submit({ ...release('a'), payment: 'voided' });
    }
  }));

test('nobody outside confirms or releases what is being paid for', () =>
  withBridge(async (opened) => {
    await beginPaying(opened, 'a');
    for (const end of ['confirm', 'release']) {
      const told = await post(`${opened.url}/holds/a/${end}`, {});
      assert.equal(summary(told), [409, 'payment-open', 'refused']);
      assert.match(told.body.detail!, 'ask for its purchase again');
    }
    assert.is(await paymentOf(opened.url, 'a'), 'open');
  }));

test.run();
