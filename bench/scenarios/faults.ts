import { fillShelf, openCrowd } from '../../test/support/crowd.ts';
import { eventually } from '../../test/support/eventually.ts';
import { buyMany } from '../load/buy-many.ts';
import type { Figures, Settings } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { bazar, type RunningBazar } from '../subjects/bazar.ts';
import { BOOKS } from '../subjects/books.ts';
import { beginBuying, caughtUp, followerOf } from './recover.ts';
import { caseOf, type MeasureContext, type Scenario } from './scenario.ts';

/** A store of its own, since whoever is measured later has a right to one that nothing happened to. */
const disturbed = bazar();
const SECONDS_A_KILL = 4;
/** Pauses take longer than kills, and there are fewer of them. */
const KILLS_A_PAUSE = 4;
const CROWD_BOOK = 1;

/** Milliseconds from the signal to the answer of the first purchase that was asked for after it. */
function outages(signal: 'kill' | 'pause', howOften: (settings: Settings) => number) {
  return async ({ cluster }: RunningBazar, { settings, note }: MeasureContext): Promise<Figures> => {
    const times: number[] = [];
    await fillShelf(cluster, [CROWD_BOOK]);
    const crowd = await openCrowd(cluster, { name: `bench-${signal}`, books: [CROWD_BOOK] });
    for (let round = 1; round <= howOften(settings); round += 1) {
      await cluster.whole();
      await crowd.confirms(200);
      const leader = await cluster.leader();
      const { pid } = await cluster.node(leader);
      const outageMs = await crowd.confirmedAfter(await cluster[signal](leader));
      times.push(outageMs);
      note(`${round}. ${leader}: ${outageMs.toFixed(0)} ms`);
      if (signal === 'pause') await cluster.resume(leader);
      else await eventually('another process', async () => (await cluster.node(leader)).pid !== pid);
    }
    await crowd.leave();
    const { median, most } = spreadOf(times)!;
    return { medianMs: median, worstMs: most, kills: times.length };
  };
}

const failover: Scenario = {
  name: 'failover',
  title: 'the leader killed, or paused, amid purchases: until the next one is confirmed',
  isOnce: true,
  isList: true,
  columns: ['medianMs', 'worstMs', 'kills'],
  extraSeconds: ({ kills }) => kills * (1 + 1 / KILLS_A_PAUSE) * SECONDS_A_KILL,
  cases: () => [
    caseOf(
      disturbed,
      outages('kill', ({ kills }) => kills),
      'killed',
    ),
    caseOf(
      disturbed,
      outages('pause', ({ kills }) => Math.ceil(kills / KILLS_A_PAUSE)),
      'paused',
    ),
  ],
};

/** As many purchases as a follower misses in a whole run. */
const MOST_MISSED = 100_000;

/** Pauses a follower while others sell, and tells how long it needs to be equal again while they go on. */
async function catchUp({ cluster }: RunningBazar, { settings, note }: MeasureContext): Promise<Figures> {
  const missed = Math.min(settings.largest, MOST_MISSED);
  const before = beginBuying(cluster.url);
  await new Promise((resolve) => setTimeout(resolve, settings.seconds * 1000));
  const beforePerSecond = await before.end();
  const follower = await followerOf(cluster);
  await cluster.pause(follower);
  await buyMany(cluster.url, missed, BOOKS, note);
  const meanwhile = beginBuying(cluster.url);
  const began = performance.now();
  await cluster.resume(follower);
  await caughtUp(cluster, follower);
  const catchUpSeconds = (performance.now() - began) / 1000;
  return { catchUpSeconds, missed, beforePerSecond, meanwhilePerSecond: await meanwhile.end() };
}

const catchingUp: Scenario = {
  name: 'catch-up',
  title: 'a paused catalog catches up amid purchases',
  isOnce: true,
  columns: ['catchUpSeconds', 'missed', 'beforePerSecond', 'meanwhilePerSecond'],
  extraSeconds: ({ largest }) => Math.min(largest, MOST_MISSED) / 4_000 + 25,
  cases: () => [caseOf(disturbed, catchUp)],
};

export const faults = [failover, catchingUp];
