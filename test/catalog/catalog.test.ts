import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Happening, sentenceOf } from '../../runtime/happenings.ts';
import type { Body } from '../../runtime/links/mesh.ts';
import { watch } from '../raft/driver-support.ts';
import { startCatalogs } from '../support/catalogs.ts';
import { addBooks, newBook, purchase, updateBook } from './support.ts';

const stock = addBooks('stock', [newBook(1, { stock: 10 }), newBook(2, { topic: 'rpc' })]);

/** Catalogs with two books, one of their followers, and the index that all have applied. */
async function start(changes: Parameters<typeof startCatalogs>[1] = {}) {
  const catalogs = await startCatalogs(3, changes);
  const leader = await catalogs.leader();
  const { version } = await catalogs.propose(leader.id, stock);
  await catalogs.level();
  const [follower, other] = await catalogs.followers();
  return { catalogs, leader, follower: follower!, other: other!, version };
}

const book = (id: number, minVersion = 0, strong = false): Body<'read.book'> => ({ id, minVersion, strong });

test('every kind of read is answered by any catalog, with the index it is as of', async () => {
  const { catalogs, leader, follower, version } = await start();
  const order = await catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }]));
  await catalogs.level();
  const options = { minVersion: 0, strong: false };
  const asOf = order.version;
  const { id } = follower;
  assert.is((await catalogs.ask(id, 'read.book', book(1))).book!.stock, 9);
  assert.equal(await catalogs.ask(id, 'read.book', book(9)), { book: null, asOf });
  assert.equal(await catalogs.ask(id, 'read.topic', { topic: 'RPC', ...options }), {
    books: [{ id: 2, title: 'Book 2' }],
    next: null,
    bytes: 26,
    version,
    asOf,
  });
  const page = await catalogs.ask(id, 'read.books', { after: 1, limit: 5, ...options });
  assert.equal([page.books.map((each) => each.id), page.next, page.asOf], [[2], null, asOf]);
  assert.is((await catalogs.ask(id, 'read.order', { orderId: 'o', ...options })).order!.orderId, 'o');
  assert.is((await catalogs.ask(id, 'read.orders', { limit: 5, ...options })).orders.length, 1);
});

test('a gateway of an earlier version, which says no types of events, is told those of orders', async () => {
  const catalogs = await startCatalogs(1);
  const { id } = await catalogs.leader();
  await catalogs.propose(id, addBooks('books', [newBook(1)]));
  await catalogs.propose(id, purchase('o-1', [{ id: 1, quantity: 1 }]));
  const query = { since: { version: 0 }, every: true, limit: 10, minVersion: 0, strong: false };
  const { changes } = await catalogs.ask(id, 'read.changes', query as Body<'read.changes'>);
  assert.equal(
    changes.map(({ type }) => type),
    ['order'],
  );
});

test('a refused order is forgotten by all catalogs when its time is over, a few at a time, and its key is free', async () => {
  const { catalogs, leader } = await start({
    keepRefusalsMs: 5_000,
    expiryLookMs: 100,
    maxExpiredPerEntry: 2,
  });
  const dear = (key: string) => purchase(key, [{ id: 1, quantity: 100 }]);
  for (let n = 0; n < 5; n++) await catalogs.propose(leader.id, dear(`o-${n}`));
  const { version } = await catalogs.propose(leader.id, purchase('sold', [{ id: 1, quantity: 1 }]));
  await catalogs.clock.elapse(4_000);
  await catalogs.level();
  assert.is(leader.catalog.replica.raft.commit, version, 'nothing is proposed before it is due');
  assert.is(leader.catalog.state.order('o-4')?.status, 'refused');
  await catalogs.clock.elapse(2_000);
  await catalogs.level();
  assert.is(leader.catalog.replica.raft.commit, version + 3);
  for (const { state } of catalogs.running.map(({ catalog }) => catalog)) {
    assert.equal(
      [0, 1, 2, 3, 4].map((n) => state.order(`o-${n}`)),
      Array(5).fill(undefined),
    );
    assert.is(state.order('sold')?.status, 'confirmed');
    assert.is(state.digest, leader.catalog.state.digest);
  }
  await catalogs.clock.elapse(2_000);
  assert.is(leader.catalog.replica.raft.commit, version + 3);
  assert.is((await catalogs.propose(leader.id, purchase('o-0', [{ id: 1, quantity: 1 }]))).kind, 'order');
});

test('a read waits for the version it asks for, if that is on its way', async () => {
  const { catalogs, leader, follower, version } = await start();
  const read = watch(catalogs.gateway.ask(follower.id, 'read.book', book(1, version + 1), 1_000));
  await catalogs.clock.elapse(20);
  assert.is(read.outcome, 'pending');
  await catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }]));
  await catalogs.clock.elapse(60);
  assert.equal((read.outcome as { asOf: number }).asOf, version + 1);
});

test('a read of a version that does not come soon is told that this replica is behind', async () => {
  const { catalogs, follower, version } = await start({ behindWaitMs: 100 });
  const before = catalogs.clock.monotonic();
  const error = await catalogs.ask(follower.id, 'read.book', book(1, version + 5)).catch((reason) => reason);
  assert.is(error.code, 'behind');
  assert.is(error.outcome, 'none');
  const waited = catalogs.clock.monotonic() - before;
  assert.ok(waited >= 100 && waited < 200, `${waited}`);
});

test('a read whose own deadline is nearer waits no longer than that', async () => {
  const { catalogs, follower, version } = await start({ behindWaitMs: 5_000 });
  const before = catalogs.clock.monotonic();
  await catalogs.ask(follower.id, 'read.book', book(1, version + 5), 100).catch(() => undefined);
  await catalogs.ask(follower.id, 'read.book', book(1, version + 5), 100).catch(() => undefined);
  assert.ok(catalogs.clock.monotonic() - before < 400);
});

test('strong reads are refused where no leader is known', async () => {
  const { catalogs, leader, follower, other } = await start();
  await catalogs.kill(leader.id);
  await catalogs.kill(other.id);
  await catalogs.clock.elapse(1_000);
  const error = await catalogs.ask(follower.id, 'read.book', book(1, 0, true)).catch((reason) => reason);
  assert.is(error.code, 'not-leader');
  assert.is(
    (await catalogs.ask(follower.id, 'read.book', book(1))).book!.stock,
    10,
    'a default read is answered',
  );
});

test('the feed tells a gateway what books become, from the index it names', async () => {
  const { catalogs, leader, follower, version } = await start();
  const told: Body<'feed.changes'>[] = [];
  catalogs.gateway.onTell('feed.changes', (body) => void told.push(body));
  assert.equal(await catalogs.ask(follower.id, 'feed.follow', { from: version - 1 }), {
    index: version - 1,
    reset: false,
    boot: 'boot-1',
  });
  await catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 4 }]));
  await catalogs.until(() => told.length === 2);
  assert.equal(
    told[0]!.changes.map(({ id, stock: copies }) => [id, copies]),
    [
      [1, 10],
      [2, 10],
    ],
  );
  assert.equal(told[1], {
    from: version,
    index: version + 1,
    changes: [{ id: 1, stock: 6, price: 1000, version: version + 1, at: told[1]!.changes[0]!.at! }],
  });
});

test('a gateway whose link has closed is told nothing more until it follows again', async () => {
  const { catalogs, follower, version } = await start();
  const told: Body<'feed.changes'>[] = [];
  catalogs.gateway.onTell('feed.changes', (body) => void told.push(body));
  await catalogs.ask(follower.id, 'feed.follow', { from: version });
  catalogs.network.reset();
  await catalogs.clock.elapse(3_000);
  const { id } = await catalogs.leader();
  await catalogs.propose(id, updateBook('price', { id: 1, price: 1 }));
  await catalogs.clock.elapse(100);
  assert.equal(told, []);
  await catalogs.ask(follower.id, 'feed.follow', { from: version });
  await catalogs.until(() => told.length === 1);
  assert.is(told[0]!.changes[0]!.price, 1);
});

test('who listens to the catalogs hears why a leader ended, who voted, who leads and who was wiped', async () => {
  const { catalogs, leader, follower, other } = await start();
  const heard: Happening[] = [];
  for (const { catalog } of [follower, other]) catalog.onHappening((happening) => void heard.push(happening));
  await catalogs.kill(leader.id);
  const next = await catalogs.leader();
  const voter = next.id === follower.id ? other : follower;
  await catalogs.level();
  const { term } = next.catalog.replica.raft;
  const sentences = heard.map((happening) => `${happening.node} ${sentenceOf(happening)}`);
  for (const sentence of [
    `${next.id} asks whether it would be elected in term ${term}: the link to the leader ${leader.id} was lost`,
    `${voter.id} votes for ${next.id} in term ${term}`,
    `${voter.id} follows ${next.id}, the leader of term ${term}`,
  ]) {
    assert.ok(sentences.includes(sentence), `${sentence}\nis not among\n${sentences.join('\n')}`);
  }
  catalogs.wipe(leader.id);
  const back = await catalogs.start(leader.id);
  back.catalog.onHappening((happening) => void heard.push(happening));
  await catalogs.level();
  const kinds = heard.filter(({ node }) => node === leader.id).map(({ kind }) => kind);
  assert.equal(kinds.slice(0, 2), ['recovered', 'leaderFollowed']);
});

test('a snapshot is told by who sends it and by who installs it', async () => {
  const { catalogs, leader, follower } = await start({ keptEntries: 4 });
  const heard: Happening[] = [];
  const listen = ({ catalog }: typeof leader) =>
    catalog.onHappening((happening) => void heard.push(happening));
  listen(leader);
  await catalogs.kill(follower.id);
  for (let at = 0; at < 40; at++)
    await catalogs.propose(leader.id, purchase(`order-${at}`, [{ id: 2, quantity: 1 }]));
  listen(await catalogs.start(follower.id));
  await catalogs.level();
  const of = (id: string) => heard.filter(({ node }) => node === id).map(({ kind }) => kind);
  assert.equal(
    of(leader.id).filter((kind) => kind.startsWith('snapshot')),
    ['snapshotSent', 'snapshotDelivered'],
  );
  assert.equal(
    of(follower.id).filter((kind) => kind.startsWith('snapshot')),
    ['snapshotArrives', 'snapshotInstalled'],
  );
});

test('a start of the store stands in the log, and a catalog that is started again alone keeps it', async () => {
  const { catalogs, follower, version } = await start();
  const boot = async (id: string) => (await catalogs.ask(id, 'feed.alive', {})).boot;
  for (const { id, catalog } of catalogs.running) {
    assert.is(await boot(id), 'boot-1');
    assert.is(catalog.state.boot, 'boot-1');
  }
  await catalogs.kill(follower.id);
  await catalogs.start(follower.id);
  await catalogs.level();
  assert.is(await boot(follower.id), 'boot-1');
  const applied = follower.catalog.state.applied.index;
  assert.ok(applied - version <= 1, 'and no entry is written for it');
});

test('of an earlier start nothing is said until the present one stands in the log', async () => {
  const { catalogs } = await start();
  await catalogs.clock.elapse(500);
  for (const { id } of catalogs.running) await catalogs.kill(id);
  catalogs.boot = 'boot-2';
  const alone = await catalogs.start('catalog-1');
  await catalogs.clock.elapse(2_000);
  assert.is(alone.catalog.state.boot, 'boot-1');
  assert.is((await catalogs.ask(alone.id, 'feed.alive', {})).boot, null);
  await catalogs.start('catalog-2');
  await catalogs.leader();
  await catalogs.until(() => alone.catalog.state.boot === 'boot-2');
  assert.is((await catalogs.ask(alone.id, 'feed.alive', {})).boot, 'boot-2');
  assert.is(alone.catalog.state.digest, catalogs.get('catalog-2').catalog.state.digest);
});

test('a catalog that hears no leader says so, and is not followed any more', async () => {
  const { catalogs, leader, follower, other, version } = await start();
  const alive = (id: string) => catalogs.ask(id, 'feed.alive', {});
  for (const { id } of [leader, follower]) {
    const { index, silentMs } = await alive(id);
    assert.is(index, version);
    assert.ok(silentMs !== null && silentMs <= 400, `${id}: ${silentMs} ms`);
  }
  await catalogs.kill(follower.id);
  await catalogs.kill(other.id);
  await catalogs.clock.elapse(3_000);
  const { silentMs } = await alive(leader.id);
  assert.ok(silentMs !== null && silentMs >= 2_000, `a leader without a quorum: ${silentMs} ms`);
  const error = await catalogs.ask(leader.id, 'feed.follow', { from: version }).catch((reason) => reason);
  assert.is(error.code, 'unavailable');
  await catalogs.start(follower.id);
  await catalogs.leader();
  await catalogs.clock.elapse(100);
  assert.is((await catalogs.ask(leader.id, 'feed.follow', { from: version })).reset, false);
});

test('what it answers there comes behind all changes that it had to tell', async () => {
  const { catalogs, leader, version } = await start();
  const told: number[] = [];
  catalogs.gateway.onTell('feed.changes', ({ index }) => void told.push(index));
  await catalogs.ask(leader.id, 'feed.follow', { from: version });
  for (let number = 0; number < 20; number++) {
    void catalogs.gateway.ask(
      leader.id,
      'propose',
      { command: updateBook(`k${number}`, { id: 1, restock: 1 }), forwarded: false },
      1_000,
    );
    const { index } = await catalogs.ask(leader.id, 'feed.alive', {});
    assert.ok(index === version || told.includes(index), `${index} of ${told}`);
  }
});

test('a gateway that has left is told nothing more', async () => {
  const { catalogs, leader, version } = await start();
  const told: unknown[] = [];
  catalogs.gateway.onTell('feed.changes', (body) => void told.push(body));
  await catalogs.ask(leader.id, 'feed.follow', { from: version });
  catalogs.gateway.tell(leader.id, 'feed.leave', {});
  await catalogs.propose(leader.id, updateBook('price', { id: 1, price: 1 }));
  await catalogs.clock.elapse(100);
  assert.equal(told, []);
});

test('a replica that took a snapshot over shows a gap to those who follow its feed', async () => {
  const { catalogs, follower, version } = await start({ keptEntries: 5 });
  await catalogs.kill(follower.id);
  const { id } = await catalogs.leader();
  for (let number = 0; number < 30; number++) {
    await catalogs.propose(id, updateBook(`k${number}`, { id: 1, restock: 1 }));
  }
  await catalogs.start(follower.id);
  await catalogs.level();
  const { reset, index } = await catalogs.ask(follower.id, 'feed.follow', { from: version });
  assert.ok(reset);
  assert.is(index, version + 30);
});

test('an audit waits for the index it asks for', async () => {
  const { catalogs, leader, follower, version } = await start();
  const asked = { atLeast: version + 1, limit: 10, waitMs: 1_000 };
  const audit = watch(catalogs.gateway.ask(follower.id, 'audit', asked, 2_000));
  await catalogs.clock.elapse(500);
  assert.is(audit.outcome, 'pending');
  await catalogs.propose(leader.id, purchase('o', [{ id: 1, quantity: 1 }]));
  await catalogs.clock.elapse(100);
  const { applied, digest, totals, unbalanced } = audit.outcome as Exclude<typeof audit.outcome, string>;
  assert.is(applied, version + 1);
  assert.is(digest, follower.catalog.state.digest);
  assert.equal(totals, { initial: 20, restocked: 0, returned: 0, sold: 1, held: 0, stock: 19 });
  assert.equal(unbalanced, []);
});

test('an audit at an index that does not come is told that this replica is behind', async () => {
  const { catalogs, follower, version } = await start();
  const asked = { atLeast: version + 1, limit: 10, waitMs: 200 };
  assert.is(await catalogs.ask(follower.id, 'audit', asked).catch(({ code }) => code), 'behind');
});

test('the status of a catalog says what it is doing, and whom it follows', async () => {
  const { catalogs, leader, follower, version } = await start();
  const { term } = leader.catalog.replica.raft;
  const common = { kind: 'catalog', pid: 1, state: 'ready', term, applied: version, leader: leader.id };
  assert.equal(await catalogs.ask(leader.id, 'status', {}), {
    id: leader.id,
    role: 'leader',
    url: leader.mesh.url,
    ...common,
  });
  assert.is((await catalogs.ask(follower.id, 'status', {})).role, 'follower');
  assert.is((await catalogs.ask(follower.id, 'status', {})).leader, leader.id);
});

test('a catalog without a leader names none, and a wiped one has no role', async () => {
  const { catalogs, leader, follower, other } = await start();
  await catalogs.kill(leader.id);
  await catalogs.kill(other.id);
  await catalogs.clock.elapse(2_000);
  assert.is((await catalogs.ask(follower.id, 'status', {})).leader, undefined);
  catalogs.wipe(other.id);
  await catalogs.start(other.id);
  await catalogs.clock.elapse(1_000);
  const status = await catalogs.ask(other.id, 'status', {});
  assert.equal([status.state, status.role, status.applied], ['catching-up', undefined, 0]);
});

test('a catalog is ready once it has applied what the leader had committed', async () => {
  const { catalogs, follower } = await start();
  await catalogs.kill(follower.id);
  const { catalog } = await catalogs.start(follower.id);
  assert.is(catalog.lifecycle.state, 'catching-up');
  await catalogs.level();
  assert.is(catalog.lifecycle.state, 'ready');
});

test('a draining catalog takes no proposals, still answers reads, and ends when all is durable', async () => {
  const { catalogs, leader, follower } = await start();
  const draining = catalogs.settled(follower.catalog.drain());
  assert.is(follower.catalog.lifecycle.state, 'draining');
  const proposed = await catalogs
    .propose(follower.id, purchase('o', [{ id: 1, quantity: 1 }]))
    .catch((reason) => reason);
  assert.is(proposed.code, 'draining');
  assert.is(proposed.outcome, 'none');
  await draining;
  assert.is(follower.catalog.lifecycle.state, 'down');
  assert.is((await catalogs.ask(follower.id, 'read.book', book(1))).book!.stock, 10);
  await catalogs.propose(leader.id, purchase('p', [{ id: 1, quantity: 1 }]));
});

test('a leader finishes the proposals it had when it began to drain', async () => {
  const { catalogs, leader } = await start();
  const body = { command: purchase('o', [{ id: 1, quantity: 1 }]), forwarded: false };
  const proposed = watch(catalogs.gateway.ask(leader.id, 'propose', body, 1_000));
  await catalogs.clock.elapse(1);
  await catalogs.settled(leader.catalog.drain());
  await catalogs.clock.elapse(50);
  assert.type(proposed.outcome, 'object');
});

test('a large topic is refused to whoever wants a light answer, and waits for its turn with whoever does not', async () => {
  const { catalogs, follower } = await start({ lightAnswerBytes: 10 });
  const search = { topic: 'rpc', minVersion: 0, strong: false };
  const refused = await catalogs
    .ask(follower.id, 'read.topic', { ...search, light: true })
    .catch((error) => error);
  assert.equal([refused.code, refused.outcome], ['too-large', 'none']);
  assert.is((await catalogs.ask(follower.id, 'read.topic', search)).books.length, 1);
});

test('a catalog makes so many pages at once, refuses more, and gives up one whose asker waits no more', async () => {
  const { catalogs, follower } = await start({
    maxPagesInWork: 1,
    maxPagesWaiting: 1,
    pageBytesPerSecond: 100,
  });
  const page = { limit: 5, minVersion: 0, strong: false };
  const first = await catalogs.ask(follower.id, 'read.books', page);
  assert.is(first.books.length, 2);
  // The bytes of the first keep the second waiting for seconds; the third finds no room.
  const second = watch(catalogs.gateway.ask(follower.id, 'read.books', page, 500));
  const third = watch(catalogs.gateway.ask(follower.id, 'read.books', page, 500));
  await catalogs.clock.elapse(20);
  assert.equal([second.outcome, third.outcome], ['pending', 'overloaded']);
  await catalogs.clock.elapse(600);
  assert.ok(second.outcome === 'timeout' || second.outcome === 'overloaded');
  await catalogs.clock.elapse(5_000);
  assert.is((await catalogs.ask(follower.id, 'read.books', page)).books.length, 2, 'its turn was not kept');
});

test.run();
