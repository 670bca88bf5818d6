import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRoundRobin } from '../../gateway/upstream/round-robin.ts';
import type { LinkObserver, Mesh, Peer } from '../../runtime/links/mesh.ts';
import { manualClock } from '../support/manual-clock.ts';
import { startScriptedCluster } from './cluster.ts';

/** Links that a test opens and closes. */
function setUp(members = ['catalog-1', 'catalog-2', 'catalog-3']) {
  const clock = manualClock();
  const open = new Set(members);
  const observers: LinkObserver[] = [];
  const peer = (id: string): Peer => ({ id, kind: 'catalog', incarnation: '' });
  const mesh: Pick<Mesh, 'peer' | 'observe'> = {
    peer: (id) => (open.has(id) ? peer(id) : undefined),
    observe: (observer) => void observers.push(observer),
  };
  return {
    clock,
    turns: createRoundRobin({ mesh, members, clock, passOverMs: 100 }),
    cut: (id: string) => void open.delete(id),
    link(id: string) {
      open.add(id);
      for (const { opened } of observers) opened(peer(id));
    },
  };
}

test('each request begins with the next replica, and may go on to the others', () => {
  const { turns } = setUp();
  assert.equal(turns.candidates(), ['catalog-1', 'catalog-2', 'catalog-3']);
  assert.equal(turns.candidates(), ['catalog-2', 'catalog-3', 'catalog-1']);
  assert.equal(turns.candidates(), ['catalog-3', 'catalog-1', 'catalog-2']);
  assert.equal(turns.candidates(), ['catalog-1', 'catalog-2', 'catalog-3']);
});

test('light requests of one event-loop turn begin with the same replica, and in the long run all come first as often', () => {
  const { turns, clock } = setUp();
  const firsts: string[] = [];
  for (const messages of [3, 1, 1, 1, 1, 1, 1]) {
    const ofTurn = Array.from({ length: messages }, () => turns.candidates('light')[0]!);
    assert.is(new Set(ofTurn).size, 1);
    firsts.push(...ofTurn);
    clock.advance(0);
  }
  assert.equal(firsts.join().replaceAll('catalog-', ''), '1,1,1,2,3,2,3,2,3');
});

test('a replica that was away gets its share and not all that it missed', () => {
  const { turns, cut, link } = setUp(['catalog-1', 'catalog-2']);
  cut('catalog-1');
  for (let request = 0; request < 10; request++) turns.candidates();
  link('catalog-1');
  const firsts = [1, 2, 3, 4].map(() => turns.candidates()[0]!);
  assert.equal(firsts.sort(), ['catalog-1', 'catalog-1', 'catalog-2', 'catalog-2']);
});

test('a replica without a link is left out, and back as soon as it has one', () => {
  const { turns, cut, link } = setUp();
  cut('catalog-2');
  for (let request = 0; request < 4; request++) assert.not(turns.candidates().includes('catalog-2'));
  link('catalog-2');
  assert.is(turns.candidates().length, 3);
});

test('a replica that failed is asked last for a while; the others share its turns evenly', () => {
  const { turns, clock } = setUp();
  turns.passOver('catalog-1');
  const firsts = [1, 2, 3, 4].map(() => turns.candidates()[0]!);
  assert.equal(firsts.sort(), ['catalog-2', 'catalog-2', 'catalog-3', 'catalog-3']);
  assert.is(turns.candidates()[2], 'catalog-1');
  clock.advance(100);
  assert.ok([1, 2, 3].some(() => turns.candidates()[0] === 'catalog-1'));
});

test('a replica whose link is new is not passed over for what it did before', () => {
  const { turns, cut, link } = setUp(['catalog-1', 'catalog-2']);
  turns.passOver('catalog-1');
  cut('catalog-1');
  link('catalog-1');
  assert.ok([1, 2].some(() => turns.candidates()[0] === 'catalog-1'));
});

test('when all have failed all are tried', () => {
  const { turns } = setUp(['catalog-1', 'catalog-2']);
  turns.passOver('catalog-1');
  turns.passOver('catalog-2');
  assert.is(turns.candidates().length, 2);
});

test('reads are spread over all catalogs, and over those that are left', async () => {
  const cluster = await startScriptedCluster({ limits: { cacheEntries: 1 } });
  const readBy = async () => {
    const served = new Set<string>();
    for (let id = 1; id <= 6; id++) served.add((await cluster.answer(cluster.gateway.book(id))).servedBy);
    return [...served].sort();
  };
  assert.equal(await readBy(), ['catalog-1', 'catalog-2', 'catalog-3']);
  await cluster.catalogs[0]!.leave();
  await cluster.clock.elapse(20);
  assert.equal(await readBy(), ['catalog-2', 'catalog-3']);
  await cluster.end();
});

test.run();
