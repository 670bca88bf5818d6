import { parseArgs } from 'node:util';
import { startCluster } from '../test/support/cluster.ts';
import { fillShelf, openCrowd } from '../test/support/crowd.ts';
import { eventually } from '../test/support/eventually.ts';

/** Kills the leading catalog of a private store N times amid purchases; prints how long nothing was sold. */
const USAGE = `node --import tsx bench/failover.ts [OPTIONS]
  --kills N      how often (default 10)
  --catalogs N   (default 3)
  --pause        SIGSTOP until another leads, instead of SIGKILL
`;

const { values: given } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    catalogs: { type: 'string', default: '3' },
    pause: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (given.help) process.stdout.write(USAGE);
else await run(Number(given.kills), Number(given.catalogs), given.pause);

async function run(kills: number, catalogs: number, pause: boolean): Promise<void> {
  const cluster = await startCluster({ catalogs });
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
