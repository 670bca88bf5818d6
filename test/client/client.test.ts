import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Client, type ClientOptions, connect } from '../../client/client.ts';
import { BazarError } from '../../runtime/errors.ts';
import { seededRandom } from '../../runtime/random.ts';
import { type ManualClock, manualClock, settle } from '../support/manual-clock.ts';
import { type MemoryNetwork, memoryNetwork } from '../support/memory-transport.ts';
import { createMemoryShop, type MemoryShop, TOKEN } from './memory-shop.ts';
import {
  type Handler,
  notification,
  type Received,
  SILENCE,
  serveInMemory,
  type Wire,
} from './rpc-server.ts';

interface Stage {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly client: Client;
}

/** A client and a server on a network without real time. */
async function stage(
  handler: Handler,
  { clock = manualClock(), ...options }: Partial<ClientOptions> & { readonly clock?: ManualClock } = {},
): Promise<Stage> {
  const network = memoryNetwork(clock, 1, { maxStrangerBytes: Number.POSITIVE_INFINITY });
  const { dial } = await serveInMemory(network, handler);
  const client = connect({ url: 'http://store', clock, random: seededRandom(1), dial, ...options });
  return { clock, network, client };
}

/** The same before a store in memory, on one clock with it. */
async function stageWithShop(
  options: Partial<ClientOptions> = {},
): Promise<Stage & { readonly store: MemoryShop }> {
  const clock = manualClock();
  const store = await createMemoryShop(clock);
  return { store, ...(await stage(store.handle, { ...options, clock })) };
}

/** What a call came to, looked at without waiting. */
function follow<T>(promise: Promise<T>): { value?: T; error?: BazarError } {
  const seen: { value?: T; error?: BazarError } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error) => {
      seen.error = error;
    },
  );
  return seen;
}

const ORDER = {
  orderId: 'o1',
  status: 'confirmed',
  lines: [{ id: 1, title: 'T', quantity: 1, price: '10.00' }],
  total: '10.00',
  version: 9,
  at: '2026-01-02T03:04:05.000Z',
};

test('calls wait for the connection and are answered over it', async () => {
  const { store, clock, client } = await stageWithShop();
  const titles = follow(client.search('undergraduate school'));
  const book = follow(client.info(2, { strong: true }));
  await clock.elapse(50);
  assert.equal(
    titles.value?.map(({ id }) => id),
    [3, 4, 7],
  );
  assert.is(book.value?.title, 'RPCs for Noobs');
  assert.equal(store.calls[1], { method: 'info', params: { id: 2, consistency: 'strong' } });
  client.close();
});

test('a read brings along how new the store was in the answers before, and so does the next client', async () => {
  const { store, clock, client } = await stageWithShop();
  async function asks(of: Client) {
    follow(of.info(1));
    follow(of.purchase({ id: 1 }));
    await clock.elapse(50);
    return store.calls.splice(0).map(({ params }) => params.minVersion);
  }
  assert.equal(await asks(client), [undefined, undefined]);
  assert.is(client.version, 'shop.2');
  assert.equal(await asks(client), ['shop.2', undefined], 'a write needs none');
  const { client: next } = await stage(store.handle, { clock, version: client.version });
  assert.equal(await asks(next), ['shop.3', undefined]);
  client.close();
  next.close();
});

test('a store that was put back is told of once, and then shown as it is', async () => {
  const clock = manualClock();
  let store = await createMemoryShop(clock);
  const { client } = await stage((call) => store.handle(call), { clock });
  follow(client.purchase({ id: 1 }));
  await clock.elapse(50);
  store = await createMemoryShop(clock);
  const first = follow(client.info(1));
  await clock.elapse(50);
  assert.equal([first.error?.code, first.error?.outcome], ['version-unknown', 'none']);
  const second = follow(client.info(1));
  await clock.elapse(50);
  assert.is(second.value?.id, 1);
  client.close();
});

test('the topics come a page at a time', async () => {
  const { clock, client } = await stageWithShop();
  const first = follow(client.topics({ limit: 1 }));
  const rest = follow(client.topics({ after: 'Distributed Systems' }));
  await clock.elapse(50);
  assert.equal(first.value, {
    topics: [{ topic: 'distributed systems', books: 4 }],
    next: 'distributed systems',
  });
  assert.equal(rest.value, { topics: [{ topic: 'undergraduate school', books: 3 }], next: null });
  client.close();
});

test('a purchase whose connection drops is asked for again under the same order id', async () => {
  const asked: string[] = [];
  const { clock, network, client } = await stage(({ params }) => {
    asked.push(String(params.orderId));
    if (asked.length === 1) return SILENCE;
    return { ...ORDER, orderId: params.orderId, replayed: true };
  });
  const order = follow(client.purchase({ id: 1 }));
  await clock.elapse(20);
  network.reset();
  await clock.elapse(500);
  assert.is(asked.length, 2);
  assert.is(asked[0], asked[1]);
  assert.is(order.value?.orderId, asked[0]);
  assert.is(order.value?.replayed, true);
  client.close();
});

test('an unknown outcome is asked about again under the same key, also for admin writes', async () => {
  const keys: unknown[] = [];
  const { clock, client } = await stage(({ params }) => {
    keys.push(params.key);
    if (keys.length < 3) throw new BazarError('outcome-unknown');
    return { added: [1], skipped: [], version: 7 };
  });
  const answer = follow(client.addBooks([{ title: 'T', topic: 't', price: '1.00', stock: 1 }]));
  await clock.elapse(1_000);
  assert.equal(answer.value?.added, [1]);
  assert.is(new Set(keys).size, 1);
  assert.type(keys[0], 'string');
  client.close();
});

test('a purchase that is never answered ends at its deadline as unknown, with the key to ask again', async () => {
  const { clock, client } = await stage(() => SILENCE);
  const order = follow(client.purchase({ id: 1, orderId: 'mine' }, { timeoutMs: 2_000 }));
  await clock.elapse(1_990);
  assert.is(order.error, undefined);
  await clock.elapse(100);
  assert.is(order.error?.code, 'outcome-unknown');
  assert.is(order.error?.outcome, 'unknown');
  assert.is(order.error?.details.key, 'mine');
  client.close();
});

test('a purchase that never left has not happened', async () => {
  const { clock, client } = await stage(() => SILENCE, {
    dial: (_, events) => {
      const closed = () => events.closed('connect ECONNREFUSED');
      return { bufferedBytes: 0, send() {}, close() {}, ...{ later: setImmediate(closed) } };
    },
  });
  const order = follow(client.purchase({ id: 1 }, { timeoutMs: 300 }));
  for (let step = 0; step < 40; step += 1) await clock.elapse(10);
  assert.is(order.error?.code, 'unavailable');
  assert.is(order.error?.outcome, 'none');
  assert.match(order.error?.message ?? '', /ECONNREFUSED/);
  client.close();
});

test('once a try is in doubt, a later refusal to work does not make it undone', async () => {
  let tries = 0;
  const { clock, client } = await stage(() => {
    tries += 1;
    throw tries === 1 ? new BazarError('outcome-unknown') : new BazarError('unavailable');
  });
  const order = follow(client.purchase({ id: 1 }, { timeoutMs: 1_000 }));
  await clock.elapse(1_100);
  assert.ok(tries > 2);
  assert.is(order.error?.outcome, 'unknown');
  client.close();
});

test('a decision is final: sold out is not asked again, and carries what the store said', async () => {
  let tries = 0;
  const { clock, client } = await stage(() => {
    tries += 1;
    throw new BazarError('sold-out', 'Only 1 left', { id: 1, stock: 1 });
  });
  const order = follow(client.purchase({ id: 1, quantity: 2, orderId: 'o9' }));
  await clock.elapse(5_000);
  assert.is(tries, 1);
  assert.is(order.error?.code, 'sold-out');
  assert.is(order.error?.outcome, 'refused');
  assert.equal(order.error?.details.stock, 1);
  client.close();
});

test('a search follows the pages of its topic to the last', async () => {
  const asked: unknown[] = [];
  const { clock, client } = await stage(({ params }) => {
    asked.push(params);
    const { after } = params as { after: number };
    return { books: [{ id: after + 1, title: 'T' }], next: after < 2 ? after + 1 : null };
  });
  const titles = follow(client.search('t'));
  await clock.elapse(400);
  assert.equal(
    titles.value?.map(({ id }) => id),
    [1, 2, 3],
  );
  assert.equal(
    asked,
    [0, 1, 2].map((after) => ({ topic: 't', after })),
  );
  client.close();
});

test('a read is asked again after an overload and a lost connection, and nothing about it is in doubt', async () => {
  let tries = 0;
  const { clock, network, client } = await stage(() => {
    tries += 1;
    if (tries === 1) throw new BazarError('overloaded');
    return tries < 3 ? SILENCE : [{ id: 1, title: 'T' }];
  });
  const titles = follow(client.search('t'));
  const never = follow(client.order('x', { timeoutMs: 30 }));
  await clock.elapse(400);
  network.reset();
  await clock.elapse(1_000);
  assert.equal(titles.value, [{ id: 1, title: 'T' }]);
  assert.is(never.error?.outcome, 'none');
  client.close();
});

test('no more calls are in flight than allowed, and above the bound of waiting ones a call is refused', async () => {
  const open: Received[] = [];
  const { clock, client } = await stage(
    (call) => {
      open.push(call);
      return SILENCE;
    },
    { limits: { maxInFlight: 3, maxCalls: 5 } },
  );
  const calls = Array.from({ length: 6 }, () => follow(client.status()));
  await clock.elapse(100);
  assert.is(open.length, 3);
  assert.is(calls[5]?.error?.code, 'overloaded');
  assert.is(calls[5]?.error?.outcome, 'none');
  client.close();
  await settle();
  assert.is(calls[0]?.error?.code, 'unavailable');
});

test('a call that is too large is refused here instead of costing the connection', async () => {
  const { client } = await stage(() => SILENCE);
  const error = await client.search('x'.repeat(2 * 1024 * 1024)).catch((error) => error);
  assert.is(error.code, 'too-large');
  client.close();
});

test('the admin token is shown before anything else, and again on every new connection', async () => {
  const { store, clock, network, client } = await stageWithShop({ token: TOKEN });
  const first = follow(client.updateBook(1, { restock: 5 }));
  await clock.elapse(100);
  network.reset();
  const second = follow(client.updateBook(1, { restock: 5 }));
  await clock.elapse(1_000);
  assert.is(first.value?.stock, 105);
  assert.is(second.value?.stock, 110);
  assert.equal(
    store.calls.map(({ method }) => method),
    ['authenticate', 'updateBook', 'authenticate', 'updateBook'],
  );
  client.close();
});

test('a wrong token fails the admin calls and nothing else', async () => {
  const { clock, client } = await stageWithShop({ token: 'guess' });
  const write = follow(client.updateBook(1, { price: '5.00' }));
  const read = follow(client.info(1));
  const login = follow(client.authenticate('another guess'));
  await clock.elapse(100);
  assert.is(write.error?.code, 'unauthorized');
  assert.is(write.error?.outcome, 'none');
  assert.is(login.error?.code, 'unauthorized');
  assert.is(read.value?.id, 1);
  client.close();
});

test('after a lost connection the subscription is renewed, and what was missed is delivered', async () => {
  const { store, clock, network, client } = await stageWithShop();
  const seen: number[] = [];
  client.onStock((state) => seen.push(state.stock));
  const present = follow(client.subscribe({ ids: [1, 2] }));
  await clock.elapse(100);
  assert.equal(
    present.value?.map(({ stock }) => stock),
    [100, 100],
  );

  const buyer = await stage(store.handle, { clock });
  follow(buyer.client.purchase({ id: 1 }));
  await clock.elapse(100);
  assert.equal(seen, [99]);

  network.reset();
  follow(buyer.client.purchase({ id: 1 }));
  await clock.elapse(1_000);
  assert.equal(seen, [99, 98]);
  client.close();
  buyer.client.close();
});

test('no listener is shown an older version, nor one version twice', async () => {
  let wire: Wire | undefined;
  const state = (version: number) => ({ id: 1, stock: 50 - version, price: '1.00', version });
  const { clock, client } = await stage(({ from }) => {
    wire = from;
    return { books: [state(5)] };
  });
  const seen: number[] = [];
  client.onStock(({ version }) => seen.push(version));
  follow(client.subscribe({ ids: [1] }));
  await clock.elapse(100);
  for (const version of [4, 5, 7, 6, 7, 9]) wire?.send(notification('stock', state(version)));
  await clock.elapse(100);
  assert.equal(seen, [7, 9]);
  client.close();
});

test('after unsubscribing nothing is subscribed to on the next connection', async () => {
  const { store, clock, network, client } = await stageWithShop();
  const filter = { topic: 'distributed systems' };
  follow(client.subscribe(filter));
  await clock.elapse(100);
  follow(client.unsubscribe(filter));
  await clock.elapse(100);
  network.reset();
  await clock.elapse(1_000);
  assert.equal(
    store.calls.map(({ method }) => method),
    ['subscribe', 'unsubscribe'],
  );
  client.close();
});

test('a frame that is no JSON-RPC costs the connection and nothing else', async () => {
  let tries = 0;
  const lost: string[] = [];
  const { clock, client } = await stage(
    ({ from }) => {
      tries += 1;
      if (tries > 1) return [];
      from.send('{"jsonrpc": tru');
      return SILENCE;
    },
    { onLink: ({ open, reason }) => !open && lost.push(String(reason)) },
  );
  const titles = follow(client.search('t'));
  await clock.elapse(1_000);
  assert.equal(titles.value, []);
  assert.equal(lost, ['it sent something that is not JSON-RPC']);
  client.close();
});

test('an answer of another shape than promised is an error, not a value', async () => {
  const { clock, client } = await stage(() => ({ price: 12 }));
  const book = follow(client.info(1));
  await clock.elapse(100);
  assert.is(book.error?.code, 'internal');
  client.close();
});

test('a refused connection is dialled again with pauses that grow', async () => {
  const clock = manualClock();
  const dialled: number[] = [];
  const client = connect({
    url: 'http://store',
    clock,
    random: { ...seededRandom(1), next: () => 1 },
    dial: (_, events) => {
      dialled.push(clock.monotonic());
      clock.setTimeout(() => events.closed('refused'), 0);
      return { bufferedBytes: 0, send() {}, close() {} };
    },
  });
  await clock.elapse(4_000);
  const pauses = dialled.slice(1).map((at, index) => at - dialled[index]!);
  assert.equal(pauses, [50, 100, 200, 400, 800, 1_000, 1_000]);
  client.close();
  const timers = clock.pending;
  await clock.elapse(10_000);
  assert.is(timers, 0);
});

test('a connection that opens and says nothing to the greeting is given up and dialled again', async () => {
  const clock = manualClock();
  let dials = 0;
  const client = connect({
    url: 'http://store',
    token: TOKEN,
    clock,
    random: seededRandom(1),
    dial: (_, events) => {
      dials += 1;
      clock.setTimeout(events.opened, 1);
      return { bufferedBytes: 0, send() {}, close: () => clock.setTimeout(() => events.closed('closed'), 0) };
    },
  });
  await clock.elapse(10_000);
  assert.is(dials, 4);
  client.close();
});

test('closing the client fails what is open, and says of a sent write that it is in doubt', async () => {
  const { clock, client } = await stage(() => SILENCE);
  const order = follow(client.purchase({ id: 1 }));
  await clock.elapse(100);
  client.close();
  await settle();
  assert.is(order.error?.outcome, 'unknown');
  const late = follow(client.purchase({ id: 1 }));
  await settle();
  assert.is(late.error?.outcome, 'none');
  await clock.elapse(5_000);
  assert.is(clock.pending, 0);
});

test('only addresses of a store are taken', () => {
  for (const url of ['', 'store', 'ftp://store', '127.0.0.1:8080']) {
    assert.throws(
      () => connect({ url }),
      (error: unknown) => error instanceof BazarError,
    );
  }
});

test.run();
