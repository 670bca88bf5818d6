import { waitingClock } from '../../runtime/clock.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { LauncherCluster } from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import { openHttpConnection } from '../load/connections.ts';
import { drive } from '../load/loop.ts';
import type { Figures } from '../result.ts';
import type { RunningBazar } from '../subjects/bazar.ts';
import { draw, FIRST_BOOK } from '../subjects/books.ts';

const PATIENCE_MS = 300_000;
const BUYERS = 20;

/** Kills all catalogs at once and wipes one later, and tells how long the store needed. */
export async function recover({ cluster }: RunningBazar): Promise<Figures> {
  const all = await catalogIds(cluster);
  const killed = performance.now();
  await Promise.all(all.map((id) => cluster.kill(id)));
  await eventually('a purchase', () => buyOne(cluster), PATIENCE_MS);
  const allKilledSeconds = (performance.now() - killed) / 1000;
  await cluster.whole();

  const follower = await followerOf(cluster);
  const meanwhile = beginBuying(cluster.url);
  const wiped = performance.now();
  await cluster.wipe(follower);
  await caughtUp(cluster, follower);
  const wipedSeconds = (performance.now() - wiped) / 1000;
  return { allKilledSeconds, wipedSeconds, meanwhilePerSecond: await meanwhile.end() };
}

export async function catalogIds(cluster: LauncherCluster): Promise<string[]> {
  const { nodes } = await cluster.status();
  return nodes.filter(({ kind }) => kind === 'catalog').map(({ id }) => id);
}

export async function followerOf(cluster: LauncherCluster): Promise<string> {
  const leader = await cluster.leader();
  return (await catalogIds(cluster)).find((id) => id !== leader)!;
}

/** Resolves when the node has applied what all others had when this was asked. */
export async function caughtUp(cluster: LauncherCluster, id: string): Promise<void> {
  const { nodes } = await cluster.status();
  const goal = nodes.reduce((most, { applied = 0 }) => Math.max(most, applied), 0);
  await eventually(
    `${id} caught up`,
    async () => {
      const { state, applied = 0 } = await cluster.node(id);
      return state === 'ready' && applied >= goal;
    },
    PATIENCE_MS,
  );
}

/** Buys in a closed loop until `end`, which tells how many were confirmed a second. */
export function beginBuying(url: string): { end(): Promise<number> } {
  const began = performance.now();
  let confirmed = 0;
  let isOver = false;
  const next = draw('buy', seededRandom(1));
  const slice = () =>
    drive({
      open: (answered) => openHttpConnection(url, answered),
      connections: BUYERS,
      clock: waitingClock,
      warmUpSeconds: 0,
      seconds: 0.5,
      patienceMs: 10_000,
      next,
      done({ outcome }) {
        if (outcome === 'ok') confirmed += 1;
      },
    });
  const buying = (async () => {
    while (!isOver) await slice();
  })();
  buying.catch(() => {});
  return {
    async end() {
      isOver = true;
      await buying;
      return confirmed / ((performance.now() - began) / 1000);
    },
  };
}

async function buyOne(cluster: LauncherCluster): Promise<boolean> {
  const { status } = await cluster.request('POST', '/purchase', { body: { id: FIRST_BOOK } });
  return status === 201;
}
