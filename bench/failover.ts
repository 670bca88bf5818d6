import { startLauncherCluster } from '../test/support/cluster.ts';
import { fillShelf, openCrowd } from '../test/support/crowd.ts';
import { eventually } from '../test/support/eventually.ts';
import { readOptions, tool, whole } from '../test/support/tool.ts';

const given = readOptions<{ kills: number; catalogs: number; pause?: boolean }>(
  tool(
    'node --import tsx bench/failover.ts',
    'Kills the leading catalog of a private store N times amid purchases; prints how long nothing was sold.',
  )
    .option('--kills <N>', 'how often', whole(1, 1_000), 10)
    .option('--catalogs <N>', 'catalog replicas', whole(1, 7), 3)
    .option('--pause', 'SIGSTOP until another leads, instead of SIGKILL'),
);
await run(given.kills, given.catalogs, given.pause === true);

async function run(kills: number, catalogs: number, pause: boolean): Promise<void> {
  const cluster = await startLauncherCluster({ catalogs });
  try {
    await fillShelf(cluster, [1]);
    const crowd = await openCrowd(cluster, { name: 'bench', books: [1] });
    const outages: number[] = [];
    for (let round = 1; round <= kills; round++) {
      await cluster.whole();
      await crowd.confirms(200);
      const leader = await cluster.leader();
      const { pid } = await cluster.node(leader);
      const since = pause ? await cluster.pause(leader) : await cluster.kill(leader);
      const outageMs = await crowd.confirmedAfter(since);
      outages.push(outageMs);
      console.log(`${round}. ${leader}: ${outageMs.toFixed(0)} ms`);
      if (pause) await cluster.resume(leader);
      else await eventually('another process', async () => (await cluster.node(leader)).pid !== pid);
    }
    await crowd.leave();
    console.log(summary(outages));
  } finally {
    await cluster.stop();
  }
}

/** From the signal to the answer of the first purchase that was asked for after it. */
function summary(outages: readonly number[]): string {
  const sorted = [...outages].sort((a, b) => a - b);
  const [least, median, most] = [0, 0.5, 1].map((share) =>
    sorted[Math.round(share * (sorted.length - 1))]!.toFixed(0),
  );
  return `${outages.length} outages: min ${least} ms, median ${median} ms, max ${most} ms`;
}
