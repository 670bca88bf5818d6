import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LEVEL } from '../../runtime/command-levels.ts';
import { type Catalogs, startCatalogs } from '../support/catalogs.ts';

const ALL = ['catalog-1', 'catalog-2', 'catalog-3'];

const levelsOf = (catalogs: Catalogs) => catalogs.running.map(({ catalog }) => catalog.state.level);

test('the log is raised once every catalog has said that it knows the level, and stays raised', async () => {
  const catalogs = await startCatalogs(3, {}, new Map(ALL.map((id) => [id, LEVEL])));
  await catalogs.until(() => levelsOf(catalogs).every((level) => level === LEVEL));
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

test('while one catalog is of an earlier program the log stays at its level', async () => {
  const catalogs = await startCatalogs(
    3,
    {},
    new Map([
      ['catalog-1', LEVEL],
      ['catalog-2', LEVEL],
    ]),
  );
  await catalogs.clock.elapse(3_000);
  assert.equal(levelsOf(catalogs), [1, 1, 1]);
  await catalogs.kill('catalog-3');
  await catalogs.clock.elapse(3_000);
  assert.equal(levelsOf(catalogs), [1, 1], 'one that is away may come back as it was');
  catalogs.levels.set('catalog-3', LEVEL);
  await catalogs.start('catalog-3');
  await catalogs.until(() => levelsOf(catalogs).every((level) => level === LEVEL));
});

test.run();
