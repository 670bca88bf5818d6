import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { systemClock } from '../../../runtime/clock.ts';
import type { LauncherCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { openPage } from '../browser.ts';
import { most, ms, type Point, type PointOptions, timesText } from './point.ts';

/** How soon a page shows that a process was killed. Times are of one machine's clock, in ms after the signal. */

const STORY_MS = 1_000;
const SAID_MS = 300;
const LIVE_MS = 3_000;
const GATEWAY_KILLS = 5;
/** A process that has lived so long is started again after the shortest pause. */
const HEALTHY_MS = 10_500;

export interface LeaderKill {
  /** When each was on the page: the old leader is gone, another stands, it leads, and the picture says so. */
  readonly shownMs: readonly number[];
  /** Whether the list says that the old leader is missed, then that another stands, and then that it leads. */
  readonly inOrder: boolean;
  /** What the list said, the oldest first. */
  readonly told: readonly string[];
}

interface Story {
  readonly times: number[];
  readonly inOrder: boolean;
  readonly told: string[];
}

/** Kills the leader, and looks at a page that shows the cluster until it has the whole story. */
export async function killLeader(cluster: LauncherCluster, page: Page): Promise<LeaderKill> {
  await cluster.whole();
  const leader = await cluster.leader();
  await page.getByRole('img', { name: `${leader} leads` }).waitFor();
  const seeing = page.evaluate(watchStory, leader);
  await eventually('the page is watched', () => page.evaluate<boolean>('globalThis.watchesStory === true'));
  const { leader: leads, nodes } = await cluster.status();
  if (leads !== leader) {
    // A busy machine has brought an election meanwhile, and nobody stands for election when a follower dies.
    await page.evaluate('globalThis.endStory()');
    return killLeader(cluster, page);
  }
  const killedAt = systemClock.now();
  process.kill(nodes.find(({ id }) => id === leader)!.pid!, 'SIGKILL');
  const { times, inOrder, told } = await seeing;
  return { shownMs: times.map((at) => at - killedAt), inOrder, told };
}

/** Runs in the page: resolves with the wall times at which the parts of the story were there; a minute later without them. */
function watchStory(leader: string): Promise<Story> {
  const LIMIT_MS = 60_000;
  const items = () => [...document.querySelectorAll('.happened li')].map((item) => item.textContent ?? '');
  const known = new Set(items());
  // A process that is starved of time dies late: then the others miss its word before they hear of its end, and say so.
  const missed = new RegExp(
    `(${leader} is gone|its link to ${leader}|the leader ${leader} was (lost|not heard))`,
  );
  const parts = [
    new RegExp(`(hears that ${leader} is gone|has lost its link to ${leader})`),
    /stands for election/,
    /leads from term/,
  ];
  const isLed = () => {
    const says = document.querySelector('svg.picture')?.getAttribute('aria-label') ?? '';
    return / leads/.test(says) && !says.includes(`${leader} leads`);
  };
  return new Promise((resolve) => {
    const times: number[] = [];
    const tell = () =>
      items()
        .filter((text) => !known.has(text))
        .reverse();
    function end(inOrder = false): void {
      seeing.disconnect();
      clearTimeout(late);
      Object.assign(globalThis, { watchesStory: false });
      resolve({ times, inOrder, told: tell() });
    }
    function look(): void {
      const told = tell();
      const places = parts.map((part) => told.findIndex((text) => part.test(text)));
      places.forEach((place, part) => {
        if (place >= 0) times[part] ??= Date.now();
      });
      if (isLed()) times[parts.length] ??= Date.now();
      if (Object.keys(times).length <= parts.length) return;
      const missedAt = told.findIndex((text) => missed.test(text));
      end(missedAt < places[1]! && places[1]! < places[2]!);
    }
    const late = setTimeout(end, LIMIT_MS);
    const seeing = new MutationObserver(look);
    seeing.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    Object.assign(globalThis, { watchesStory: true, endStory: end });
  });
}

export async function leaderKills(
  cluster: LauncherCluster,
  browser: Browser,
  { kills }: PointOptions,
): Promise<Point[]> {
  const { page } = await openPage(browser, `${cluster.url}/#/cluster`);
  const seen: LeaderKill[] = [];
  for (let kill = 0; kill < kills; kill++) {
    seen.push(await killLeader(cluster, page));
    await sleep(1_000);
  }
  await page.context().close();
  const last = seen.map(({ shownMs }) => most(shownMs));
  const gone = seen.map(({ shownMs }) => shownMs[0]!);
  const good = seen.filter(({ inOrder, shownMs }) => inOrder && most(shownMs) <= STORY_MS).length;
  return [
    {
      name: 'the leader is killed: gone, election and new leader on the page, in this order',
      measured: `${good} of ${kills}; gone after ${timesText(gone)}; all of it after ${timesText(last)}`,
      bound: `≤ ${ms(STORY_MS)}, ${kills} of ${kills}`,
      ok: good === kills,
    },
  ];
}

export async function gatewayKills(cluster: LauncherCluster, browser: Browser): Promise<Point[]> {
  const { page } = await openPage(browser, `${cluster.url}/#/cluster`);
  const said: number[] = [];
  const live: number[] = [];
  for (let kill = 0; kill < GATEWAY_KILLS; kill++) {
    await sleep(HEALTHY_MS);
    await cluster.whole();
    await page.locator('.badge.good').waitFor();
    const seeing = page.evaluate(watchBadge);
    const { pid } = await cluster.node('gateway-1');
    await eventually('the page is watched', () => page.evaluate<boolean>('globalThis.watchesBadge === true'));
    const killedAt = systemClock.now();
    process.kill(pid!, 'SIGKILL');
    const [lostAt, liveAt] = await seeing;
    said.push(lostAt! - killedAt);
    live.push(liveAt! - killedAt);
  }
  await page.context().close();
  return [
    {
      name: 'the gateway is killed: said on the page',
      measured: timesText(said),
      bound: `≤ ${ms(SAID_MS)}`,
      ok: most(said) <= SAID_MS,
    },
    {
      name: 'the gateway is killed: live again',
      measured: timesText(live),
      bound: `≤ ${ms(LIVE_MS)}`,
      ok: most(live) <= LIVE_MS,
    },
  ];
}

/** Runs in the page: resolves with the wall times at which the badge said that the connection is lost, and live again. */
function watchBadge(): Promise<number[]> {
  return new Promise((resolve) => {
    let lostAt = 0;
    function look(): void {
      const badge = document.querySelector('.badge')!;
      if (badge.classList.contains('bad')) lostAt ||= Date.now();
      if (lostAt === 0 || !badge.classList.contains('good')) return;
      seeing.disconnect();
      (globalThis as { watchesBadge?: boolean }).watchesBadge = false;
      resolve([lostAt, Date.now()]);
    }
    const seeing = new MutationObserver(look);
    seeing.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    (globalThis as { watchesBadge?: boolean }).watchesBadge = true;
  });
}
