import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createObservatory, type StoreObserver } from '../../gateway/watch/observatory.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { OpenMesh } from '../../runtime/links/open-mesh.ts';
import { createNewsRing, type NewsRing } from '../../runtime/process/news-ring.ts';
import { createWatchedNode, type WatchedNode } from '../../runtime/process/watched-node.ts';
import type { ToldHappening } from '../../runtime/watch-answers.ts';
import { type MeshCluster, meshCluster } from '../support/memory-cluster.ts';

const limits = DEFAULT_LIMITS;

interface Watched {
  readonly mesh: OpenMesh;
  readonly happenings: NewsRing;
  readonly node: WatchedNode;
}

function watched(cluster: MeshCluster, mesh: OpenMesh, pid = 1): Watched {
  const { clock } = cluster;
  const happenings = createNewsRing({ clock, limits, pid });
  const lifecycle = { observe() {} };
  const figures = () => ({ machines: { lifecycle: 'ready' } });
  const node = createWatchedNode({ mesh, news: happenings, lifecycle, figures, clock, limits });
  return { mesh, happenings, node };
}

/** Two catalogs and the gateway that looks at them; frames on the way are counted by what is in them. */
async function setUp() {
  const cluster = meshCluster();
  const { clock, network } = cluster;
  const frames = { watch: 0, happened: 0, figures: 0 };
  network.onTheWay = (frame) => {
    for (const name of ['watch', 'happened', 'figures'] as const) {
      frames[name] += frame.split(`"node.${name}"`).length - 1;
    }
    return [frame];
  };
  const names = ['catalog-1', 'catalog-2', 'gateway-1'] as const;
  const meshes = {
    'catalog-1': await cluster.open('catalog-1'),
    'catalog-2': await cluster.open('catalog-2'),
  };
  const gateway = await cluster.open('gateway-1');
  const catalogs = {
    'catalog-1': watched(cluster, meshes['catalog-1']),
    'catalog-2': watched(cluster, meshes['catalog-2']),
  };
  const own = watched(cluster, gateway);
  const observatory = createObservatory({
    mesh: gateway,
    nodes: names.map((id) => ({ id, kind: id === 'gateway-1' ? 'gateway' : 'catalog' })),
    clusterNodes: { silent: () => ({ state: 'unreachable', reason: 'it gives no answer' }), pidOf: () => 7 },
    clock,
    limits,
  });
  cluster.link(meshes['catalog-1'], meshes['catalog-2'], gateway);
  await clock.elapse(1_000);
  const told: ToldHappening[] = [];
  const observer: StoreObserver = { happened: (news) => void told.push(...news), beat() {} };
  const sights = () => Object.fromEntries(observatory.nodes().map((node) => [node.id, node]));
  return { cluster, clock, network, frames, catalogs, own, gateway, observatory, told, observer, sights };
}

test('while nobody watches, nothing is sent and no timer runs', async () => {
  const { clock, frames, catalogs, observatory } = await setUp();
  catalogs['catalog-1'].happenings.note('role', 'leads');
  await clock.elapse(30_000);
  const before = clock.pending;
  await clock.elapse(30_000);
  assert.equal(frames, { watch: 0, happened: 0, figures: 0 });
  assert.is(clock.pending, before);
  assert.is(catalogs['catalog-1'].node.watchers, 0);
  observatory.stop();
});

test('who begins to watch gets what happened before, and then each happening once and in order', async () => {
  const { clock, catalogs, observatory, observer, told } = await setUp();
  const { happenings } = catalogs['catalog-1'];
  happenings.note('role', 'stands for election');
  const stop = observatory.watch(observer);
  await clock.elapse(10);
  happenings.note('role', 'leads', { term: 3 });
  await clock.elapse(5_000);
  const one = told.filter(({ node }) => node === 'catalog-1');
  assert.equal(
    one.map(({ seq }) => seq),
    one.map((_, place) => place + 1),
  );
  assert.equal(
    one.filter(({ kind }) => kind === 'role').map(({ text, facts }) => [text, facts]),
    [
      ['stands for election', {}],
      ['leads', { term: 3 }],
    ],
  );
  assert.equal(observatory.happenings().length, told.length);
  stop();
  happenings.note('role', 'follows');
  await clock.elapse(10_000);
  happenings.note('role', 'leads again');
  const again = observatory.watch(observer);
  await clock.elapse(100);
  const kept = observatory.happenings().filter(({ node }) => node === 'catalog-1');
  assert.equal(
    kept.map(({ seq }) => seq),
    kept.map((_, place) => place + 1),
  );
  assert.equal(
    kept.slice(one.length).map(({ text }) => text),
    ['follows', 'leads again'],
  );
  again();
});

test('figures come every quarter of a second from every node, the own one included', async () => {
  const { clock, observatory, observer, sights, frames } = await setUp();
  const stop = observatory.watch(observer);
  assert.is(sights()['catalog-1']!.state, 'unknown');
  await clock.elapse(4_000);
  for (const id of ['catalog-1', 'catalog-2', 'gateway-1']) {
    const { state, figures, ageMs } = sights()[id]!;
    assert.is(state, 'ready', id);
    assert.ok(ageMs! <= limits.figuresEveryMs + 10, id);
    assert.is(figures!.links.length, 2, id);
    assert.is(figures!.links[0]!.state, 'open', id);
  }
  const inFourSeconds = (2 * 4_000) / limits.figuresEveryMs;
  assert.ok(Math.abs(frames.figures - inFourSeconds) <= 4, `${frames.figures} figures`);
  stop();
});

test('when the last watcher is gone, the nodes forget it within six seconds', async () => {
  const { clock, catalogs, own, observatory, observer, frames } = await setUp();
  const stop = observatory.watch(observer);
  await clock.elapse(3_000);
  assert.is(catalogs['catalog-1'].node.watchers, 1);
  stop();
  await clock.elapse(6_000);
  assert.equal(
    [catalogs['catalog-1'].node.watchers, catalogs['catalog-2'].node.watchers, own.node.watchers],
    [0, 0, 0],
  );
  const before = { ...frames };
  await clock.elapse(10_000);
  assert.equal(frames, before);
});

test('a watching gateway that is gone is forgotten at once', async () => {
  const { clock, catalogs, gateway, observatory, observer } = await setUp();
  observatory.watch(observer);
  await clock.elapse(1_000);
  await gateway.close();
  await clock.elapse(10);
  assert.is(catalogs['catalog-1'].node.watchers, 0);
});

test('a link that was lost is told by both ends, with the reason, and what was missed is told once it is back', async () => {
  const { clock, network, catalogs, observatory, observer, told } = await setUp();
  const stop = observatory.watch(observer);
  await clock.elapse(500);
  network.reset();
  catalogs['catalog-2'].happenings.note('role', 'leads');
  await clock.elapse(3_000);
  const lost = told.filter(({ kind }) => kind === 'linkLost');
  const ends = lost.map(({ node, facts }) => `${node} ${facts.peer}`).sort();
  assert.equal(ends, [
    'catalog-1 catalog-2',
    'catalog-1 gateway-1',
    'catalog-2 catalog-1',
    'catalog-2 gateway-1',
    'gateway-1 catalog-1',
    'gateway-1 catalog-2',
  ]);
  assert.ok(lost.every(({ facts }) => typeof facts.reason === 'string' && facts.reason !== ''));
  assert.is(told.filter(({ text }) => text === 'leads').length, 1);
  const seqs = told.filter(({ node }) => node === 'catalog-2').map(({ seq }) => seq);
  assert.equal(
    seqs,
    seqs.map((_, place) => place + 1),
  );
  stop();
});

test('a node that says nothing over an open link is unreachable, and not down', async () => {
  const { clock, catalogs, observatory, observer, sights } = await setUp();
  const stop = observatory.watch(observer);
  await clock.elapse(500);
  catalogs['catalog-1'].node.stop();
  await clock.elapse(limits.staleFiguresMs + 100);
  assert.is(sights()['catalog-1']!.state, 'unreachable');
  assert.is(sights()['catalog-2']!.state, 'ready');
  stop();
});

test('a flood of happenings is cut to fifty a second, and the rest is counted', async () => {
  const { clock, catalogs } = await setUp();
  const { happenings } = catalogs['catalog-1'];
  await clock.elapse(2_000);
  const before = happenings.after(0).at(-1)!.seq;
  for (let count = 0; count < 80; count++) happenings.note('term', `is in term ${count}`);
  assert.is(happenings.after(before).length, limits.maxHappeningsPerSecond);
  await clock.elapse(1_000);
  const last = happenings.after(before).at(-1)!;
  assert.equal([last.kind, last.facts], ['leftOut', { count: 30 }]);
  for (let second = 0; second < 10; second++) {
    for (let count = 0; count < 40; count++) happenings.note('term', 'goes on');
    await clock.elapse(1_000);
  }
  assert.is(happenings.after(0).length, limits.keptHappenings);
});

test.run();
