import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LauncherCluster } from '../support/cluster.ts';
import type { Intensity, StoreAttack } from './attack.ts';
import { heavyReaders } from './attacks/heavy-readers.ts';
import { hugeTopic } from './attacks/huge-topic.ts';
import { manyWatchers } from './attacks/many-watchers.ts';
import { poisonLog } from './attacks/poison-log.ts';
import { slowDisks } from './attacks/slow-disks.ts';
import { strangers } from './attacks/strangers.ts';
import { unfinishedFrames } from './attacks/unfinished-frames.ts';
import { unreadFrames } from './attacks/unread-frames.ts';
import { unreadPages } from './attacks/unread-pages.ts';
import { wideOrders } from './attacks/wide-orders.ts';
import { attackStore, limitHeaps, openStore } from './stage.ts';
import { linesOf } from './table.ts';

/**
 * The short form of `npm run attack`: one private store bears all of this, one after the other, and sells on. It runs
 * beside other tests, so it judges what other load does not change: memory, processes that ended, answers, and that
 * somebody leads. Rates, gaps and the single election are judged by `npm run attack` only, on a machine that has nothing else
 * to do.
 */

const CALM_MS = 500;

let store: LauncherCluster;

test.before(async () => {
  limitHeaps();
  const args = strangers.needs.args ?? [];
  store = await openStore({ ...slowDisks.needs, args });
});

test.after(async () => {
  await store?.stop();
});

function holds(name: string, attack: StoreAttack, intensity: Intensity): void {
  test(name, async () => {
    const { measured, wrong } = await attackStore(attack, store, intensity, CALM_MS);
    console.log(`\n${linesOf({ attack, measured, wrong, seconds: 0 }).join('\n')}`);
    assert.equal(wrong, []);
  });
}

holds('pages that nobody reads cost bounded memory, and purchases go on', unreadPages, {
  share: 1,
  seconds: 2,
});
holds('orders of a hundred long titles are listed, a bounded page at a time', wideOrders, {
  share: 1,
  seconds: 1,
});
holds('calls that wait for a client who reads nothing cost bounded memory', unreadFrames, {
  share: 0.5,
  seconds: 1,
});
holds('books watched by many connections cost bounded memory', manyWatchers, { share: 0.4, seconds: 1 });
holds('strangers on the ports of links cost little, and keep no friend out', strangers, {
  share: 0.5,
  seconds: 1,
});
holds('frames without an end cost bounded memory, and are given up', unfinishedFrames, {
  share: 1,
  seconds: 1,
});
holds('disks that become slow together cost purchases time, and no leader its role', slowDisks, {
  share: 1,
  seconds: 3,
});
holds('readers of the largest answers leave purchases most of their rate', heavyReaders, {
  share: 0.2,
  seconds: 3,
});
holds('a topic of very many books is found, also by thirty at once', hugeTopic, { share: 0.2, seconds: 1 });
holds('hundreds of requests to add a thousand books each leave the log usable', poisonLog, {
  share: 0.5,
  seconds: 1,
});

test.run();
