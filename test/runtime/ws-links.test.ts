import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { stayAlive, systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { type OpenMesh, openMesh } from '../../runtime/links/open-mesh.ts';
import { parseNodeId } from '../../runtime/links/topology.ts';
import { webSocketTransport } from '../../runtime/links/web-socket-transport.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { systemRandom } from '../../runtime/random.ts';
import { eventually } from '../support/eventually.ts';

const test = suite('a mesh over WebSocket');

const limits = { ...DEFAULT_LIMITS, pingIntervalMs: 100, silenceLimitMs: 1_000, greetingTimeoutMs: 1_000 };

async function open(id: NodeId, incarnation = 'first'): Promise<OpenMesh> {
  const mesh = await openMesh({
    self: { id, kind: parseNodeId(id)!.kind, incarnation },
    cluster: 'real',
    secret: 'shared',
    transport: webSocketTransport(limits),
    clock: systemClock,
    random: systemRandom,
    limits,
    logger: silentLogger,
  });
  mesh.onAsk('read.index', () => ({ index: 7 }));
  return mesh;
}

const linked = (from: OpenMesh, to: NodeId, incarnation = 'first') =>
  eventually(`${from.self} has a link to ${to}`, () => from.peer(to)?.incarnation === incarnation);

const ask = (from: OpenMesh, to: NodeId) => from.ask(to, 'read.index', { forwarded: false }, 10_000);

let release = () => {};
test.before(() => {
  release = stayAlive();
});
test.after(() => release());

test('asks and is answered', async () => {
  const catalog = await open('catalog-1');
  const order = await open('order-1');
  order.setAddresses({ 'catalog-1': catalog.url });
  await linked(order, 'catalog-1');
  await linked(catalog, 'order-1');
  const answers = await Promise.all(Array.from({ length: 500 }, () => ask(order, 'catalog-1')));
  assert.ok(answers.every(({ index }) => index === 7));
  await order.close();
  await catalog.close();
});

test('finds a node again that died and came back elsewhere', async () => {
  const order = await open('order-1');
  const former = await open('catalog-1');
  order.setAddresses({ 'catalog-1': former.url });
  await linked(order, 'catalog-1');
  await former.close();
  await eventually('the loss is noticed', () => order.peer('catalog-1') === undefined);
  const returned = await open('catalog-1', 'second');
  order.setAddresses({ 'catalog-1': returned.url });
  await linked(order, 'catalog-1', 'second');
  assert.is((await ask(order, 'catalog-1')).index, 7);
  await order.close();
  await returned.close();
});

test('keeps its links while its own event loop is blocked', async () => {
  const catalog = await open('catalog-1');
  const order = await open('order-1');
  order.setAddresses({ 'catalog-1': catalog.url });
  await linked(order, 'catalog-1');
  await linked(catalog, 'order-1');
  const lost: NodeId[] = [];
  for (const mesh of [order, catalog])
    mesh.observe({ opened() {}, closed: (peer) => void lost.push(peer.id) });
  const end = systemClock.monotonic() + 3 * limits.silenceLimitMs;
  while (systemClock.monotonic() < end);
  assert.is((await ask(order, 'catalog-1')).index, 7);
  assert.equal(lost, []);
  await order.close();
  await catalog.close();
});

test('is not disturbed by a stranger who sends anything at all', async () => {
  const catalog = await open('catalog-1');
  const order = await open('order-1');
  order.setAddresses({ 'catalog-1': catalog.url });
  await linked(order, 'catalog-1');
  for (const frame of ['', '[]', '{"hello":1}', '[{"type":"ping"}]', 'x'.repeat(100_000), Buffer.alloc(10)]) {
    const stranger = new WebSocket(catalog.url);
    await once(stranger, 'open');
    stranger.send(frame);
    await once(stranger, 'close');
  }
  assert.is((await ask(order, 'catalog-1')).index, 7);
  await order.close();
  await catalog.close();
});

test.run();
