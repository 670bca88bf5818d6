import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { needs } from '../support/needs.ts';
import { accessFaults, keepPicture, launchBrowser, openPage } from './browser.ts';

let browser: Browser | undefined;
test.before(async () => {
  if (await findOnPath('chromium')) browser = await launchBrowser();
});
test.after(async () => {
  await browser?.close();
});

function shown(
  name: string,
  args: readonly string[],
  use: (cluster: LauncherCluster, browser: Browser) => Promise<void>,
): void {
  const work = () => withLauncherCluster({ args: [...args] }, (cluster) => use(cluster, browser!));
  test(name, needs('chromium', name, work));
}

const cardOf = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** Does what a card says, and gives what came of it: each line with ✓ or ✗. */
async function play(page: Page, title: string): Promise<string[]> {
  const card = cardOf(page, title);
  await card.getByRole('button', { name: 'Do it' }).click();
  await card.getByText('What happened:').waitFor({ timeout: 60_000 });
  return card.locator('.checks li').allInnerTexts();
}

shown(
  'with the token a person kills the leader by a click, and is told what came of it',
  ['--lab'],
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/lab`);
    await page.getByText('Whoever breaks things shows the admin token first.').waitFor();
    assert.is(await page.getByRole('button', { name: 'Do it' }).count(), 0);
    await page.getByLabel('Admin token').fill(cluster.adminToken);
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByText('Nothing is broken.').waitFor();
    assert.equal(await accessFaults(page), []);

    const leader = await cluster.leader();
    const [done, bought, took, whole] = await play(page, 'Kill the leader');
    assert.match(done!, `${leader} is killed`);
    assert.match(bought!, /✓.* 0 orders are open/s);
    assert.match(took!, 'The longest purchase took');
    assert.match(whole!, /✓.*All processes are ready/s);
    for (const title of ['The last copy: 20 buyers at once', 'Two pages, one order id']) {
      const checks = await play(page, title);
      assert.ok(
        checks.every((check) => check.startsWith('✓')),
        checks.join('\n'),
      );
    }
    await page.setViewportSize({ width: 390, height: 860 });
    assert.equal(await accessFaults(page), []);
    await page.setViewportSize({ width: 1280, height: 860 });
    await keepPicture(page, 'lab');
    await judge();
  },
);

shown(
  'a fault that lasts is shown while it does, and “Stop and heal all” ends it',
  ['--lab'],
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/lab`);
    await page.getByLabel('Admin token').fill(cluster.adminToken);
    await page.getByRole('button', { name: 'Show it' }).click();
    const body = { do: 'slowDisk', node: 'catalog-2', syncMs: 200, forMs: 30_000 };
    assert.is((await cluster.request('POST', '/lab', { body, admin: true })).status, 200);
    await page.getByRole('link', { name: 'Cluster' }).click();
    await page.getByText("Each sync of catalog-2's disk takes 200 ms longer").first().waitFor();
    await page.getByRole('link', { name: 'Lab', exact: true }).click();
    await page.getByText("✕ Each sync of catalog-2's disk takes 200 ms longer for 30 s.").waitFor();
    await page.getByRole('button', { name: 'Stop and heal all' }).click();
    await page.getByText('Nothing is broken.').waitFor();
    await judge();
  },
);

shown('a store without a lab says so, and where there is none to break', [], async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/lab`);
  await page.getByText('This store was started without a lab.').waitFor();
  assert.is(await page.getByRole('button', { name: 'Do it' }).count(), 0);
  assert.equal(await accessFaults(page), []);
  await judge();
});

test.run();
