import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import type { Mesh, TracedAsk } from '../../runtime/links/mesh.ts';
import type { ConnectionEvents } from '../../runtime/links/transport.ts';
import { seededRandom } from '../../runtime/random.ts';
import { createSpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { meshCluster } from '../support/memory-cluster.ts';

const test = suite('a mesh');

const vote = { term: 1, lastIndex: 0, lastTerm: 0, pre: true };

/** What an ask comes to: its reply, or its error as `code/outcome`. */
function outcomeOf(ask: Promise<unknown>): Promise<unknown> {
  return ask.catch((error) => `${error.code}/${error.outcome}`);
}

/** Answers with the number of asks so far, `delayMs` later. */
function countingHandler(mesh: Mesh, wait: () => Promise<void> = async () => {}): () => number {
  let count = 0;
  mesh.onAsk('read.index', async () => {
    count += 1;
    const index = count;
    await wait();
    return { index };
  });
  return () => count;
}

const never = () => new Promise<never>(() => {});
const indexAsk = [{ forwarded: false }, 1_000] as const;

test('joins any two nodes that need it by exactly one link', async () => {
  const { network, openAll } = meshCluster();
  const ids = ['catalog-1', 'catalog-2', 'catalog-10', 'order-1', 'order-2', 'gateway-1'];
  const nodes = await openAll(...ids);
  assert.is(network.open, 3 + 2 * 3 + 5);
  for (const a of ids)
    for (const b of ids) {
      const strangers = a !== b && a.startsWith('order') && b.startsWith('order');
      assert.is(nodes[a]!.peer(b)?.id, strangers ? undefined : b);
    }
});

test('knows the kind and the incarnation of a peer', async () => {
  const { openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'gateway-1');
  assert.equal(nodes['gateway-1'].peer('catalog-1'), {
    id: 'catalog-1',
    kind: 'catalog',
    incarnation: 'catalog-1 at first',
  });
});

test('asks and is answered in both directions of a link', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  countingHandler(nodes['catalog-1']);
  countingHandler(nodes['catalog-2']);
  const answers = [
    nodes['catalog-1'].ask('catalog-2', 'read.index', ...indexAsk),
    nodes['catalog-2'].ask('catalog-1', 'read.index', ...indexAsk),
    nodes['catalog-2'].ask('catalog-1', 'read.index', ...indexAsk),
  ];
  await clock.elapse(10);
  assert.equal(await Promise.all(answers), [{ index: 1 }, { index: 1 }, { index: 2 }]);
});

test('tells who sent a message', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  const heard: string[] = [];
  nodes['catalog-1'].onTell(
    'raft.vote',
    (body, { from }) => void heard.push(`${from.id} in term ${body.term}`),
  );
  assert.ok(nodes['catalog-2'].tell('catalog-1', 'raft.vote', vote));
  await clock.elapse(10);
  assert.equal(heard, ['catalog-2 in term 1']);
});

test('broadcasts to those it is linked to', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2', 'catalog-3');
  let heard = 0;
  for (const id of ['catalog-2', 'catalog-3'] as const)
    nodes[id].onTell('raft.vote', () => {
      heard += 1;
    });
  nodes['catalog-1'].broadcast(['catalog-2', 'catalog-3', 'catalog-4'], 'raft.vote', vote);
  await clock.elapse(10);
  assert.is(heard, 2);
});

test('asks itself like any other node, after the turn', async () => {
  const { clock, open } = meshCluster();
  const node = await open('catalog-1');
  const count = countingHandler(node);
  const answer = node.ask('catalog-1', 'read.index', ...indexAsk);
  assert.is(count(), 0);
  await clock.elapse(1);
  assert.equal(await answer, { index: 1 });
  const unheard = outcomeOf(node.ask('catalog-1', 'status', {}, 1_000));
  await clock.elapse(1);
  assert.is(await unheard, 'internal/unknown');
});

test('sends one frame a turn, whatever the turn said', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  countingHandler(nodes['catalog-1']);
  const frames: unknown[][] = [];
  network.onTheWay = (frame) => {
    frames.push(JSON.parse(frame));
    return [frame];
  };
  for (let i = 0; i < 50; i += 1) void nodes['order-1'].ask('catalog-1', 'read.index', ...indexAsk);
  await clock.elapse(10);
  assert.equal(
    frames.map((frame) => frame.length),
    [50, 50],
  );
});

test("passes a handler's error on as it is, and anything else as internal", async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  nodes['catalog-1'].onAsk('read.index', () => {
    throw new BazarError('not-leader', 'catalog-2 leads', { leader: 'catalog-2' }, 'refused');
  });
  nodes['catalog-1'].onAsk('status', async () => {
    throw new TypeError('oops');
  });
  const refused = nodes['order-1'].ask('catalog-1', 'read.index', ...indexAsk).catch((error) => error);
  const broken = nodes['order-1'].ask('catalog-1', 'status', {}, 1_000).catch((error) => error);
  await clock.elapse(10);
  const { code, outcome, message, details } = await refused;
  assert.equal(
    [code, outcome, message, details],
    ['not-leader', 'refused', 'catalog-2 leads', { leader: 'catalog-2' }],
  );
  assert.is((await broken).code, 'internal');
  assert.is((await broken).outcome, 'unknown');
});

test('refuses at once to ask whom it has no link to, or without time left', async () => {
  const { openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  assert.is(
    await outcomeOf(nodes['order-1'].ask('catalog-2', 'read.index', ...indexAsk)),
    'unreachable/none',
  );
  assert.is(
    await outcomeOf(nodes['order-1'].ask('catalog-1', 'read.index', { forwarded: false }, 0)),
    'timeout/none',
  );
  assert.not(nodes['order-1'].tell('catalog-2', 'raft.vote', vote));
});

test('gives an ask up at its deadline, which the handler knows and no answer outlives', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  let deadline = 0;
  nodes['catalog-1'].onAsk('read.index', (_, incoming) => {
    deadline = incoming.deadline;
    return new Promise((resolve) => clock.setTimeout(() => resolve({ index: 1 }), 400));
  });
  const asked = clock.monotonic();
  const answer = outcomeOf(nodes['order-1'].ask('catalog-1', 'read.index', { forwarded: false }, 300));
  await clock.elapse(299);
  assert.is(deadline, asked + 301, 'its time left, counted from its arrival a millisecond later');
  const frames: string[] = [];
  network.onTheWay = (frame) => {
    if (!frame.includes('ping')) frames.push(frame);
    return [frame];
  };
  await clock.elapse(12);
  assert.is(await Promise.race([answer, 'still waiting']), 'timeout/unknown');
  await clock.elapse(1_000);
  assert.equal(frames, [], 'the late answer is not sent');
});

test('fails the pending asks of a lost link at once, before it says that the link closed', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  nodes['catalog-1'].onAsk('read.index', never);
  const asks = Array.from({ length: 3 }, () =>
    outcomeOf(nodes['order-1'].ask('catalog-1', 'read.index', ...indexAsk)),
  );
  await clock.elapse(10);
  network.reset();
  assert.equal(await Promise.all(asks), Array(3).fill('link-lost/unknown'));
  assert.equal(nodes['order-1'].linkEvents, ['opened catalog-1', 'closed catalog-1']);
  assert.is(nodes['order-1'].peer('catalog-1'), undefined);
});

test('dials again after a loss, and the link works as before', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  countingHandler(nodes['catalog-1']);
  for (let i = 0; i < 5; i += 1) {
    network.reset();
    await clock.elapse(3_000);
  }
  const answer = nodes['order-1'].ask('catalog-1', 'read.index', ...indexAsk);
  await clock.elapse(10);
  assert.equal(await answer, { index: 1 });
  assert.is(nodes['catalog-1'].linkEvents.filter((line) => line === 'opened order-1').length, 6);
});

test('refuses asks beyond those that may wait, and takes more when some are answered', async () => {
  const { clock, openAll } = meshCluster({ maxPendingAsks: 3 });
  const nodes = await openAll('catalog-1', 'order-1');
  countingHandler(nodes['catalog-1']);
  const ask = () => outcomeOf(nodes['order-1'].ask('catalog-1', 'read.index', ...indexAsk));
  const asks = Array.from({ length: 5 }, ask);
  await clock.elapse(10);
  const answers = await Promise.all(asks);
  assert.equal(answers, [{ index: 1 }, { index: 2 }, { index: 3 }, 'overloaded/none', 'overloaded/none']);
  const again = ask();
  await clock.elapse(10);
  assert.equal(await again, { index: 4 });
});

test('refuses messages beyond the bytes that may wait', async () => {
  const { clock, openAll } = meshCluster({ maxOutboxBytes: 2_000 });
  const nodes = await openAll('catalog-1', 'order-1');
  nodes['catalog-1'].onAsk('read.topic', ({ topic }) => ({
    books: [{ id: 1, title: topic }],
    next: null,
    bytes: 0,
    version: 1,
    asOf: 1,
  }));
  const body = { topic: 'x'.repeat(150), minVersion: 0, strong: false };
  const asks = Array.from({ length: 12 }, () =>
    outcomeOf(nodes['order-1'].ask('catalog-1', 'read.topic', body, 1_000)),
  );
  await clock.elapse(10);
  const answers = await Promise.all(asks);
  const refused = answers.filter((answer) => answer === 'overloaded/none').length;
  assert.ok(refused > 0 && refused < 12, `${refused} of 12 refused`);
  const later = outcomeOf(nodes['order-1'].ask('catalog-1', 'read.topic', body, 1_000));
  await clock.elapse(10);
  assert.type(await later, 'object');
});

test('answers that an answer does not fit, rather than not at all', async () => {
  const { clock, openAll } = meshCluster({ maxFrameBytes: 2_000 });
  const nodes = await openAll('catalog-1', 'order-1');
  nodes['catalog-1'].onAsk('read.topic', () => ({
    books: [{ id: 1, title: 'x'.repeat(3_000) }],
    next: null,
    bytes: 0,
    version: 1,
    asOf: 1,
  }));
  const body = { topic: 'all', minVersion: 0, strong: false };
  const answer = outcomeOf(nodes['order-1'].ask('catalog-1', 'read.topic', body, 1_000));
  await clock.elapse(10);
  assert.is(await answer, 'overloaded/unknown');
});

test('answers overloaded beyond the asks that it may be answering', async () => {
  const { clock, openAll } = meshCluster({ maxAsksAnswered: 2 });
  const nodes = await openAll('catalog-1', 'order-1');
  const release: (() => void)[] = [];
  countingHandler(nodes['catalog-1'], () => new Promise((resolve) => void release.push(resolve)));
  const asks = Array.from({ length: 3 }, () =>
    outcomeOf(nodes['order-1'].ask('catalog-1', 'read.index', ...indexAsk)),
  );
  await clock.elapse(10);
  for (const resolve of release) resolve();
  await clock.elapse(10);
  assert.equal(await Promise.all(asks), [{ index: 1 }, { index: 2 }, 'overloaded/none']);
});

test("lets a peer's newer connection take the place of the older", async () => {
  const { clock, link, open } = meshCluster();
  const catalog = await open('catalog-1');
  const before = await open('order-1');
  link(catalog, before);
  await clock.elapse(1_000);
  before.onAsk('status', never);
  const pending = outcomeOf(catalog.ask('order-1', 'status', {}, 5_000));
  await clock.elapse(10);

  const self = { id: 'order-1', kind: 'order', incarnation: 'second life' } as const;
  const after = await open('order-1', { self });
  after.setAddresses({ 'catalog-1': catalog.url });
  await clock.elapse(10);
  assert.is(await pending, 'link-lost/unknown');
  assert.equal(catalog.linkEvents, ['opened order-1', 'closed order-1', 'opened order-1']);
  assert.is(catalog.peer('order-1')?.incarnation, 'second life');
});

test('gives a half-open link up at both ends, and mends it when frames pass again', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  network.onTheWay = () => [];
  await clock.elapse(4_000);
  for (const node of Object.values(nodes)) assert.is(node.linkEvents.at(-1)?.slice(0, 6), 'closed');
  network.onTheWay = (frame) => [frame];
  await clock.elapse(5_000);
  for (const node of Object.values(nodes)) assert.is(node.linkEvents.at(-1)?.slice(0, 6), 'opened');
});

test('keeps a quiet link open by signs of life', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  await clock.elapse(60_000);
  assert.equal(nodes['order-1'].linkEvents, ['opened catalog-1']);
});

test('needs no other sign of life than any frame', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  nodes['catalog-1'].onTell('raft.vote', () => {});
  nodes['catalog-2'].onTell('raft.vote', () => {});
  let pings = 0;
  network.onTheWay = (frame) => {
    if (frame.includes('ping')) pings += 1;
    return [frame];
  };
  for (let i = 0; i < 100; i += 1) {
    nodes['catalog-1'].tell('catalog-2', 'raft.vote', vote);
    nodes['catalog-2'].tell('catalog-1', 'raft.vote', vote);
    await clock.elapse(100);
  }
  assert.is(pings, 0);
  assert.equal(nodes['catalog-2'].linkEvents, ['opened catalog-1']);
});

test('does not take its own sleep for the silence of others', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'order-1');
  for (let i = 0; i < 5; i += 1) {
    clock.stall(30_000);
    await clock.elapse(700);
  }
  assert.equal(nodes['order-1'].linkEvents, ['opened catalog-1']);
  assert.equal(nodes['catalog-1'].linkEvents, ['opened order-1']);
});

test('closes the link that brings a malformed frame, and no other', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2', 'order-1');
  let handled = 0;
  nodes['catalog-1'].onTell('raft.vote', () => {
    handled += 1;
  });
  network.onTheWay = (frame) => [frame.replace('"pre":true', '"pre":"maybe"')];
  nodes['catalog-2'].tell('catalog-1', 'raft.vote', { ...vote, pre: false });
  nodes['catalog-2'].tell('catalog-1', 'raft.vote', vote);
  await clock.elapse(3);
  assert.is(handled, 0, 'nothing of that frame is handled');
  assert.equal(nodes['catalog-1'].linkEvents, ['opened catalog-2', 'opened order-1', 'closed catalog-2']);
  await clock.elapse(1_000);
  assert.is(nodes['catalog-1'].peer('catalog-2')?.id, 'catalog-2', 'and it is dialled again');
});

test('survives the loss of any greeting frame', async () => {
  for (const lost of ['hello', 'welcome', 'proof']) {
    const { clock, network, link, open } = meshCluster();
    let losses = 0;
    network.onTheWay = (frame) => {
      if (losses > 0 || !frame.startsWith(`{"${lost}"`)) return [frame];
      losses += 1;
      return [];
    };
    const catalog = await open('catalog-1');
    const order = await open('order-1');
    countingHandler(catalog);
    link(catalog, order);
    await clock.elapse(10_000);
    assert.is(losses, 1, lost);
    const answer = order.ask('catalog-1', 'read.index', ...indexAsk);
    await clock.elapse(10);
    assert.equal(await answer, { index: 1 });
  }
});

test('takes a greeting frame that comes twice for a fault, and greets anew', async () => {
  for (const doubled of ['hello', 'welcome', 'proof']) {
    const { clock, network, link, open } = meshCluster();
    let doublings = 0;
    network.onTheWay = (frame) => {
      if (doublings > 0 || !frame.startsWith(`{"${doubled}"`)) return [frame];
      doublings += 1;
      return [frame, frame];
    };
    const catalog = await open('catalog-1');
    const order = await open('order-1');
    countingHandler(catalog);
    link(catalog, order);
    await clock.elapse(10_000);
    assert.is(doublings, 1, doubled);
    assert.is(network.open, 1);
    const answer = order.ask('catalog-1', 'read.index', ...indexAsk);
    await clock.elapse(10);
    assert.equal(await answer, { index: 1 });
  }
});

test('mends itself after any storm of lost and doubled frames, resets and sleeps', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { clock, network, openAll } = meshCluster();
    const random = seededRandom(seed);
    const ids = ['catalog-1', 'catalog-2', 'order-1'] as const;
    const nodes = await openAll(...ids);
    countingHandler(nodes['catalog-1']);
    network.onTheWay = (frame) => Array(random.integer(8) === 0 ? random.integer(3) : 1).fill(frame);
    const outcomes: Promise<unknown>[] = [];
    for (let step = 0; step < 100; step += 1) {
      for (const id of ids) outcomes.push(outcomeOf(nodes[id].ask('catalog-1', 'read.index', ...indexAsk)));
      if (random.integer(10) === 0) network.reset();
      if (random.integer(10) === 0) clock.stall(random.integer(5_000));
      await clock.elapse(random.integer(200));
    }
    network.onTheWay = (frame) => [frame];
    await clock.elapse(10_000);
    assert.is((await Promise.all(outcomes)).length, 300, 'every ask has come to an end');
    assert.is(network.open, 3);
    for (const id of ids) {
      const answer = outcomeOf(nodes[id].ask('catalog-1', 'read.index', ...indexAsk));
      await clock.elapse(10);
      assert.type(await answer, 'object', `${id} of seed ${seed}`);
    }
  }
});

test('handles a doubled ask once, and takes one answer, whichever end asks and also on the next connection', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  for (const [asker, asked] of [
    ['catalog-1', 'catalog-2'],
    ['catalog-2', 'catalog-1'],
  ] as const) {
    const count = countingHandler(nodes[asked]);
    for (const index of [1, 2, 3, 4]) {
      if (index === 3) {
        network.onTheWay = (frame) => [frame];
        network.reset();
        await clock.elapse(3_000);
      }
      network.onTheWay = (frame) => [frame, frame];
      const answer = nodes[asker].ask(asked, 'read.index', ...indexAsk);
      await clock.elapse(10);
      assert.equal(await answer, { index });
      assert.is(count(), index);
    }
  }
});

test('never opens a link to a node with another secret or of another cluster', async () => {
  for (const changes of [{ secret: 'guessed' }, { cluster: 'elsewhere' }]) {
    const { clock, link, network, open } = meshCluster();
    const catalog = await open('catalog-1');
    const stranger = await open('order-1', changes);
    link(catalog, stranger);
    await clock.elapse(10_000);
    assert.equal([...catalog.linkEvents, ...stranger.linkEvents], []);
    assert.ok(network.open <= 1);
  }
});

test('never opens a link to another node than it meant to dial', async () => {
  const { clock, open } = meshCluster();
  const catalog = await open('catalog-1');
  const order = await open('order-1');
  order.setAddresses({ 'catalog-2': catalog.url });
  await clock.elapse(5_000);
  assert.equal([...catalog.linkEvents, ...order.linkEvents], []);
});

test('closes accepted connections that do not greet in time, and the oldest beyond the bound at once', async () => {
  const { clock, network, open } = meshCluster({ maxUngreetedConnections: 3 });
  const catalog = await open('catalog-1');
  const nothing = { opened() {}, frame() {}, closed() {} };
  for (let i = 0; i < 10; i += 1) network.dial(catalog.url, nothing);
  await clock.elapse(100);
  assert.is(network.open, 3);
  await clock.elapse(3_000);
  assert.is(network.open, 0);
});

test('is linked past any number of strangers who keep still', async () => {
  const { clock, network, link, open } = meshCluster({ maxUngreetedConnections: 3 });
  const catalog = await open('catalog-1');
  const order = await open('order-1');
  const nothing = { opened() {}, frame() {}, closed() {} };
  for (let i = 0; i < 10; i += 1) network.dial(catalog.url, nothing);
  await clock.elapse(10);
  link(order, catalog);
  await clock.elapse(50);
  assert.ok(catalog.peer('order-1'));
});

test('dials nobody whose address it does not know, and never itself', async () => {
  const { clock, network, open } = meshCluster();
  const catalog = await open('catalog-2');
  const order = await open('order-1');
  catalog.setAddresses({ 'catalog-2': catalog.url, 'order-1': order.url });
  await clock.elapse(1_000);
  assert.is(network.open, 0);
});

test('leaves an address for a newer one at once, and stays where it has not changed', async () => {
  const { clock, network, link, open } = meshCluster();
  const order = await open('order-1');
  const former = await open('catalog-1');
  link(order, former);
  await clock.elapse(1_000);
  link(order, former);
  await clock.elapse(1_000);
  assert.equal(order.linkEvents, ['opened catalog-1']);

  await former.close();
  await clock.elapse(20_000);
  const self = { id: 'catalog-1', kind: 'catalog', incarnation: 'moved' } as const;
  const moved = await open('catalog-1', { self });
  link(order, moved);
  await clock.elapse(5);
  assert.is(order.peer('catalog-1')?.incarnation, 'moved');
  assert.is(network.open, 1);
});

test('does not listen to a connection that it has left', async () => {
  const { clock, network, link, open } = meshCluster();
  const former: ConnectionEvents[] = [];
  const { dial } = network;
  network.dial = (url, events) => {
    former.push(events);
    return dial(url, events);
  };
  const order = await open('order-1');
  link(order, await open('catalog-1'));
  await clock.elapse(1_000);
  link(order, await open('catalog-1'));
  await clock.elapse(1_000);
  order.onTell('raft.vote', () => assert.unreachable());
  former[0]!.frame('[{"type":"raft.vote","body":{"term":1,"lastIndex":0,"lastTerm":0,"pre":true}}]');
  former[0]!.frame('no frame at all');
  former[0]!.closed('late');
  await clock.elapse(1_000);
  assert.equal(order.linkEvents, ['opened catalog-1', 'closed catalog-1', 'opened catalog-1']);
});

test('handles nothing more of a frame in the midst of which it was closed', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  let heard = 0;
  nodes['catalog-1'].onTell('raft.vote', () => {
    heard += 1;
    void nodes['catalog-1'].close();
  });
  nodes['catalog-2'].tell('catalog-1', 'raft.vote', vote);
  nodes['catalog-2'].tell('catalog-1', 'raft.vote', vote);
  await clock.elapse(10);
  assert.is(heard, 1);
});

test('pauses ever longer between dials that fail, up to the bound', async () => {
  const { clock, network, open } = meshCluster({ backoffBaseMs: 50, backoffCapMs: 1_000 });
  const order = await open('order-1');
  let dials = 0;
  const { dial } = network;
  network.dial = (url, events) => {
    dials += 1;
    return dial(url, events);
  };
  order.setAddresses({ 'catalog-1': 'memory://nowhere' });
  await clock.elapse(100_000);
  assert.ok(dials > 100 && dials < 400, `${dials} dials in 100 s`);
});

test('closes for good: pending asks fail, peers see it, no timer is left', async () => {
  const { clock, network, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  nodes['catalog-1'].onAsk('read.index', never);
  const toOther = outcomeOf(nodes['catalog-2'].ask('catalog-1', 'read.index', ...indexAsk));
  const toSelf = outcomeOf(nodes['catalog-2'].ask('catalog-2', 'read.index', ...indexAsk));
  await nodes['catalog-2'].close();
  assert.is(await toOther, 'link-lost/unknown');
  assert.is(await toSelf, 'link-lost/unknown');
  await clock.elapse(10);
  assert.equal(nodes['catalog-1'].linkEvents, ['opened catalog-2', 'closed catalog-2']);
  assert.is(
    await outcomeOf(nodes['catalog-2'].ask('catalog-2', 'read.index', ...indexAsk)),
    'unreachable/none',
  );
  nodes['catalog-2'].setAddresses({ 'catalog-1': nodes['catalog-1'].url });
  await nodes['catalog-1'].close();
  await clock.elapse(5_000);
  assert.is(network.open, 0);
  assert.is(clock.pending, 0);
});

test('sends what was said before it closed', async () => {
  const { clock, openAll } = meshCluster();
  const nodes = await openAll('catalog-1', 'catalog-2');
  let heard = 0;
  nodes['catalog-1'].onTell('raft.vote', () => {
    heard += 1;
  });
  nodes['catalog-2'].tell('catalog-1', 'raft.vote', vote);
  await nodes['catalog-2'].close();
  await clock.elapse(10);
  assert.is(heard, 1);
});

test('takes one handler a message type', async () => {
  const { open } = meshCluster();
  const node = await open('catalog-1');
  countingHandler(node);
  assert.throws(() => countingHandler(node), /read.index has a handler already/);
});

test('a traced ask is a step with what the other end noted, and an untraced one has no recorder there', async () => {
  const { openAll, clock } = meshCluster();
  const { 'gateway-1': gateway, 'order-1': order } = await openAll('gateway-1', 'order-1');
  const traced: boolean[] = [];
  order.onAsk('read.index', async ({ forwarded }, { trace }) => {
    traced.push(trace !== undefined);
    trace?.mark('seen', { forwarded: String(forwarded) });
    if (forwarded) throw new BazarError('not-leader');
    return { index: 4 };
  });
  const recorder = createSpanRecorder('gateway-1', 'purchase', clock, 10);
  const ask = (forwarded: boolean, trace?: TracedAsk) =>
    outcomeOf(gateway.ask('order-1', 'read.index', { forwarded }, 1_000, trace));
  const outcomes = [ask(false), ask(false, { recorder, step: 'first', facts: { attempt: 1 } })];
  outcomes.push(ask(true, { recorder, step: 'second' }));
  outcomes.push(outcomeOf(gateway.ask('order-9', 'read.index', ...indexAsk, { recorder, step: 'third' })));
  await clock.elapse(20);
  assert.equal(await Promise.all(outcomes), [
    { index: 4 },
    { index: 4 },
    'not-leader/none',
    'unreachable/none',
  ]);
  assert.equal(traced, [false, true, true]);
  const { steps } = recorder.span();
  assert.equal(
    steps.map(({ what, to, error, facts, span }) => [what, to, error, facts, span?.node, span?.steps]),
    [
      ['first', 'order-1', undefined, { attempt: 1 }, 'order-1', seen('false')],
      ['second', 'order-1', 'not-leader', undefined, 'order-1', seen('true')],
      ['third', 'order-9', 'unreachable', undefined, undefined, undefined],
    ],
  );
});

const seen = (forwarded: string) => [{ what: 'seen', atUs: 0, facts: { forwarded } }];

test.run();
