import type { Browser, Page } from 'playwright-core';
import type { LauncherCluster } from '../../support/cluster.ts';
import { accessFaults, openPage } from '../browser.ts';
import type { Point } from './point.ts';

/** Every view in every look: what axe-core finds, what is too wide, and what a page must not do. */

const WIDTHS = [1280, 390];
const ORDER = 'traced-for-the-table';
const PATIENCE_MS = 120_000;

/** A view and what is there once it is drawn. */
const VIEWS: readonly (readonly [address: string, words: string])[] = [
  ['cluster', 'What happened'],
  ['shop', 'of 7 books'],
  ['shop?order=never', 'There is no order with this id.'],
  ['request', 'Order id'],
  [`request/${ORDER}`, 'Where the time went'],
  [`request/${ORDER}?form=waterfall`, 'Where the time went'],
  ['request/never', 'There is no order'],
  ['charts', 'is in'],
  ['charts/saga', 'The course of one command'],
  ['experiments', 'Not run yet.'],
  ['experiments/none', 'There is no experiment'],
  ['simulator', 'Try'],
  ['simulator?seed=3&at=600', 'as in Node'],
  ['lab', 'shows the admin token first'],
  ['nowhere', 'There is no view'],
];

export async function everyView(cluster: LauncherCluster, browser: Browser): Promise<Point[]> {
  const headers = {
    traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
    'idempotency-key': ORDER,
  };
  await cluster.request('POST', '/purchase', { body: { id: 1 }, headers });
  const access: string[] = [];
  const wide: string[] = [];
  const policy: string[] = [];
  let looks = 0;

  async function look(page: Page, where: string): Promise<void> {
    looks += 1;
    for (const fault of await accessFaults(page)) access.push(`${where}: ${fault}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) wide.push(`${where}: ${over} px too wide`);
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of WIDTHS) {
      const options = { colorScheme, viewport: { width, height: 844 }, reducedMotion: 'reduce' as const };
      const { page, faults } = await openPage(browser, `${cluster.url}/#/cluster`, options);
      page.setDefaultTimeout(PATIENCE_MS);
      await page.locator('.badge.good').waitFor();
      for (const [address, words] of VIEWS) {
        const where = `${address}, ${colorScheme}, ${width} px`;
        await page.goto(`${cluster.url}/#/${address}`);
        await page.getByText(words).first().waitFor();
        await look(page, where);
      }
      await page.goto(`${cluster.url}/#/lab`);
      await page.getByLabel('Admin token').fill(cluster.adminToken);
      await page.keyboard.press('Enter');
      await page.getByText('Nothing is broken.').waitFor();
      await look(page, `lab, ${colorScheme}, ${width} px`);
      policy.push(...(await faults()));
      await page.context().close();
    }
  }
  const list = (faults: readonly string[]) =>
    faults.length === 0 ? '0' : `${faults.length}: ${faults.slice(0, 5).join('; ')}`;
  return [
    {
      name: `axe-core, ${looks} looks at ${VIEWS.length + 1} views`,
      measured: list(access),
      bound: '0',
      ok: access.length === 0,
    },
    { name: 'too wide for 390 or 1280 px', measured: list(wide), bound: '0', ok: wide.length === 0 },
    {
      name: 'against the policy, to other hosts, errors on the console',
      measured: list(policy),
      bound: '0',
      ok: policy.length === 0,
    },
  ];
}
