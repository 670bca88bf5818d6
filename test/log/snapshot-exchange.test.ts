import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createSnapshotExchange } from '../../actors/log/snapshot-exchange.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { openReplica } from '../catalog/support.ts';
import { meshCluster } from '../support/memory-cluster.ts';

test('a catalog that wants a state before anybody is linked asks the first that is, and nobody twice', async () => {
  const cluster = meshCluster();
  const one = await cluster.open('catalog-1');
  const other = await cluster.open('catalog-2');
  const wanted: string[] = [];
  one.onTell('snapshot.wanted', (_, { from }) => void wanted.push(from.id));
  const { store, state } = await openReplica(await openMemoryStore());
  const unexpected = () => assert.unreachable('nothing is sent or installed');
  const exchange = createSnapshotExchange({
    store,
    mesh: other,
    clock: cluster.clock,
    random: seededRandom(1),
    limits: DEFAULT_LIMITS,
    logger: silentLogger,
    takes: () => true,
    repeatable: (command) => command,
    observer: { applied() {}, restored() {} } as never,
    state: () => state,
    peers: () => ['catalog-1'],
    writer: { save: unexpected, atRest: unexpected },
    install: unexpected,
    happened: unexpected,
    fail: unexpected,
  });
  exchange.want();
  cluster.link(one, other);
  await cluster.clock.elapse(1_000);
  assert.equal(wanted, ['catalog-2']);
  exchange.stop();
  await Promise.all([one.close(), other.close()]);
});

test.run();
