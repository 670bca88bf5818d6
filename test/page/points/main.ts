import Table from 'cli-table3';
import type { Browser } from 'playwright-core';
import { stayAlive } from '../../../runtime/clock.ts';
import { type LauncherCluster, withLauncherCluster } from '../../support/cluster.ts';
import { decimal, readOptions, refuse, tool, whole } from '../../support/tool.ts';
import { launchBrowser } from '../browser.ts';
import { manyChanges } from './changes.ts';
import { everyView } from './every-view.ts';
import { firstLook } from './first-look.ts';
import { gatewayKills, leaderKills } from './kills.ts';
import type { Point, PointOptions } from './point.ts';
import { ratesWhileWatched } from './rates.ts';
import { equalSeeds } from './seeds.ts';

/** `npm run points`: the points that the page is measured by, each with its bound. */

/** The measurements in their order. Those that need a store have one of their own, with a lab. */
const PARTS: Readonly<
  Record<string, (options: PointOptions, browser: Browser) => Promise<readonly Point[]>>
> = {
  looks: (_, browser) => firstLook(browser),
  views: (_, browser) => atStore((cluster) => everyView(cluster, browser)),
  leader: (options, browser) => atStore((cluster) => leaderKills(cluster, browser, options)),
  gateway: (_, browser) => atStore((cluster) => gatewayKills(cluster, browser)),
  rates: ratesWhileWatched,
  changes: (options, browser) => manyChanges(browser, options),
  seeds: equalSeeds,
};

const COMMAND = tool(
  'npm run points --',
  'Measures what is promised of the page, in a real Chromium and at private stores, and prints each point with its bound. ' +
    'It takes about 20 minutes. Exit code 1 if one is missed.',
)
  .option('--only <NAMES>', `some of ${Object.keys(PARTS).join(', ')}, separated by commas`)
  .option('--seconds <N>', 'of each load', decimal(0.2, 60), 2)
  .option('--rounds <N>', 'of the loads, in turns', whole(1, 100), 5)
  .option('--kills <N>', 'of the leader', whole(1, 1_000), 20)
  .option('--minutes <N>', 'of changes of stock', decimal(0.01, 600), 10)
  .option('--seeds <N>', 'that are compared', whole(1, 10_000), 50);

stayAlive();
process.exit(await main());

async function main(): Promise<number> {
  const options = readOptions<PointOptions & { only?: string } & Record<string, unknown>>(COMMAND);
  const names = options.only?.split(',') ?? Object.keys(PARTS);
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown !== undefined)
    refuse(`There is no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}`);

  const browser = await launchBrowser();
  const points: Point[] = [];
  for (const name of names) {
    process.stderr.write(`${name} …\n`);
    points.push(...(await PARTS[name]!(options, browser)));
  }
  await browser.close();

  const table = new Table({
    head: ['point', 'measured', 'bound', ''],
    style: { head: [] },
    wordWrap: true,
    colWidths: [44, 60, 18, 4],
  });
  for (const { name, measured, bound, ok } of points) {
    table.push([name, measured, bound, ok === undefined ? '' : ok ? '✓' : '✗']);
  }
  process.stdout.write(`${table}\n`);
  return points.every(({ ok }) => ok !== false) ? 0 : 1;
}

async function atStore(
  measure: (cluster: LauncherCluster) => Promise<readonly Point[]>,
): Promise<readonly Point[]> {
  let points: readonly Point[] = [];
  await withLauncherCluster({ redis: 'private', args: ['--lab'] }, async (cluster) => {
    points = await measure(cluster);
  });
  return points;
}
