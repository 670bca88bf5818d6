import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import moleculer, { type ServiceBroker as Broker, type Context, type ServiceSchema } from 'moleculer';
import { nanoid } from 'nanoid';
import { freePort } from '../../../test/support/free-port.ts';
import { saysReady, settingsOf } from '../../subjects/program.ts';
import type { Shelf } from '../peers.ts';
import { catalogService } from './catalog-service.ts';

/**
 * A bookstore of moleculer's own parts: a gateway, an order service and a catalog service, each in a process of its own,
 * joined by the TCP transporter. The gateway starts the other two, and they end with it.
 */
interface Settings extends Shelf {
  /** Of the process: none for the first, which is the gateway. */
  readonly role?: 'order' | 'catalog';
  /** `tcp://HOST:PORT/NODE` of all. */
  readonly urls?: readonly string[];
}

const ROLES = ['gateway', 'order', 'catalog'] as const;
const settings = settingsOf<Settings>();
const urls =
  settings.urls ??
  (await Promise.all(ROLES.map(async (role) => `tcp://127.0.0.1:${await freePort()}/${role}`)));

const broker: Broker = new moleculer.ServiceBroker({
  nodeID: settings.role ?? 'gateway',
  logger: false,
  transporter: { type: 'TCP', options: { udpDiscovery: false, urls, gossipPeriod: 0.5 } },
});

if (settings.role === undefined) await runGateway();
else {
  broker.createService(settings.role === 'catalog' ? await catalogService(settings) : orderService());
  await broker.start();
  process.once('disconnect', () => broker.stop().finally(() => process.exit()));
}

function orderService(): ServiceSchema {
  return {
    name: 'order',
    // It is not offered before this process knows where the catalog is.
    dependencies: ['catalog'],
    actions: {
      purchase: {
        params: { id: 'number|integer|positive', quantity: 'number|integer|positive', orderId: 'string' },
        handler: (context: Context<object>) => context.call('catalog.sell', context.params),
      },
    },
  };
}

async function runGateway(): Promise<void> {
  for (const role of ['order', 'catalog']) {
    fork(fileURLToPath(import.meta.url), [JSON.stringify({ ...settings, role, urls })]);
  }
  await broker.start();
  await broker.waitForServices(['order', 'catalog']);
  const app = fastify();

  app.get<{ Params: { id: string } }>('/info/:id', async ({ params }, reply) => {
    const book = await broker.call('catalog.info', { id: Number(params.id) });
    return book ?? reply.code(404).send({ code: 'unknown-book' });
  });

  app.get<{ Params: { topic: string } }>('/search/:topic', async ({ params }) =>
    broker.call('catalog.search', { topic: params.topic }),
  );

  app.post<{ Body: { id: number; quantity?: number } }>('/purchase', async ({ body, headers }, reply) => {
    const { id, quantity = 1 } = body;
    const given = headers['idempotency-key'];
    const orderId = typeof given === 'string' ? given : nanoid();
    const order = await broker.call('order.purchase', { id, quantity, orderId });
    if (order === null) return reply.code(409).send({ code: 'sold-out', outcome: 'refused' });
    return reply.code(201).send(order);
  });

  saysReady(await app.listen({ host: '127.0.0.1', port: 0 }));
}
