import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Replica } from '../../actors/replica/replica.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { Command } from '../../runtime/domain.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { type Catalogs, startCatalogs } from '../support/catalogs.ts';
import { startOuterCatalogs } from '../support/outer-catalogs.ts';
import { addBooks, newBook, orderIn, purchase } from './support.ts';

const ALL = ['catalog-1', 'catalog-2', 'catalog-3'];
const OLDER = LEVEL - 1;

const levelsOf = (catalogs: Catalogs<Replica>) => catalogs.running.map(({ catalog }) => catalog.state.level);

/** A command of the highest level. There is no such refund: here it only matters whether it may be asked. */
const ofTheLevel: Command = {
  kind: 'settleRefund',
  key: 'settled',
  requestId: 'settled',
  orderId: 'bought',
  state: 'refunded',
};

const engines: readonly (readonly [string, (levels: Map<NodeId, number>) => Promise<Catalogs<Replica>>])[] = [
  ['over Raft', (levels) => startCatalogs(3, {}, levels)],
  ['over an outer log', (levels) => startOuterCatalogs({}, levels)],
];

for (const [where, start] of engines) {
  test(`the log is raised once every catalog has said that it knows the level, and stays raised, ${where}`, async () => {
    const catalogs = await start(new Map(ALL.map((id) => [id, LEVEL])));
    await catalogs.until(() => levelsOf(catalogs).every((level) => level === LEVEL));
    await catalogs.level();
    const { index } = catalogs.running[0]!.catalog.state.applied;
    for (const id of ALL) await catalogs.kill(id);
    catalogs.levels.clear();
    for (const id of ALL) await catalogs.start(id);
    await catalogs.leader();
    await catalogs.level();
    assert.equal(levelsOf(catalogs), [LEVEL, LEVEL, LEVEL]);
    assert.ok(catalogs.running[0]!.catalog.state.applied.index <= index + 2, 'it is not raised again');
    assert.equal(catalogs.failures, []);
  });

  test(`while one catalog is of an earlier program the log stays at its level, and takes what that can read, ${where}`, async () => {
    const catalogs = await start(new Map(ALL.map((id) => [id, id === 'catalog-3' ? OLDER : LEVEL])));
    await catalogs.clock.elapse(3_000);
    assert.equal(levelsOf(catalogs), [OLDER, OLDER, OLDER]);
    const { id } = await catalogs.leader();
    const refused = await catalogs.propose(id, ofTheLevel).catch((error) => error);
    assert.equal([refused.code, refused.outcome], ['not-yet', 'none']);
    await catalogs.propose(id, addBooks('stock', [newBook(1, { stock: 5 })]));
    assert.is(
      orderIn(await catalogs.propose(id, purchase('bought', [{ id: 1, quantity: 1 }]))).status,
      'confirmed',
    );

    await catalogs.kill('catalog-3');
    await catalogs.clock.elapse(3_000);
    assert.equal(levelsOf(catalogs), [OLDER, OLDER], 'one that is away may come back as it was');
    catalogs.levels.set('catalog-3', LEVEL);
    await catalogs.start('catalog-3');
    await catalogs.until(() => levelsOf(catalogs).every((level) => level === LEVEL));
    const next = await catalogs.leader();
    const taken = await catalogs.propose(next.id, ofTheLevel).catch((error) => error);
    assert.is.not(taken.code, 'not-yet');
    await catalogs.level();
    assert.is(new Set(catalogs.running.map(({ catalog }) => catalog.state.digest)).size, 1);
    assert.equal(catalogs.failures, []);
  });

  test(`a catalog that meets a higher level than it knows ends with one line that says so, ${where}`, async () => {
    const catalogs = await start(new Map());
    const { catalog } = await catalogs.leader();
    catalog.replica.note({ kind: 'raiseLevel', level: LEVEL + 1 });
    await catalogs.until(() => catalogs.failures.length > 0);
    const words = `its log is of level ${LEVEL + 1}, and this one knows ${LEVEL}`;
    for (const failure of catalogs.failures) assert.match(String(failure), words);
    for (const one of catalogs.running) assert.ok(one.catalog.state.level <= LEVEL);
  });
}

test.run();
