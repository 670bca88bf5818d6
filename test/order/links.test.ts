import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOrder } from '../../actors/order/order.ts';
import type { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { meshCluster } from '../support/memory-cluster.ts';
import { confirmed, purchase } from './support.ts';

/** Real links in memory between a gateway, an order replica and two catalogs that do as they are told. */
async function start() {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('gateway-1', 'order-1', 'catalog-1', 'catalog-2');
  const order = createOrder({
    mesh: nodes['order-1'],
    catalogs: ['catalog-1', 'catalog-2'],
    clock,
    random: seededRandom(1),
    limits: DEFAULT_LIMITS,
    logger: silentLogger,
    pid: 1,
  });
  const submit = (key: string, timeoutMs = 1_500) =>
    nodes['gateway-1']
      .ask('order-1', 'submit', { command: purchase(key) }, timeoutMs)
      .catch((error: BazarError) => `${error.code}/${error.outcome}`);
  return { clock, network, nodes, order, submit };
}

test('a purchase goes from the gateway over the order replica to a catalog and back', async () => {
  const { clock, nodes, submit } = await start();
  nodes['catalog-1'].onAsk('propose', ({ command }) => ({
    result: confirmed(command?.key ?? ''),
    leader: 'catalog-1',
  }));
  const answer = submit('a');
  await clock.elapse(10);
  assert.equal(await answer, { result: confirmed('a'), leader: 'catalog-1' });
});

test('a catalog that keeps silent is passed over within the deadline of the asker', async () => {
  const { clock, nodes, submit } = await start();
  nodes['catalog-1'].onAsk('propose', () => new Promise(() => {}));
  nodes['catalog-2'].onAsk('propose', () => ({ result: confirmed('a'), leader: 'catalog-2' }));
  const answer = submit('a');
  await clock.elapse(1_000);
  assert.equal(await answer, { result: confirmed('a'), leader: 'catalog-2' });
});

test('the asker still hears whether the outcome is unknown or none', async () => {
  const { clock, nodes, submit } = await start();
  for (const id of ['catalog-1', 'catalog-2'] as const)
    nodes[id].onAsk('propose', () => new Promise(() => {}));
  const silent = submit('a');
  await clock.elapse(1_500);
  assert.is(await silent, 'outcome-unknown/unknown');

  await nodes['catalog-1'].close();
  await nodes['catalog-2'].close();
  await clock.elapse(100);
  const cutOff = submit('b');
  await clock.elapse(1_500);
  assert.is(await cutOff, 'unavailable/none');
});

test.run();
