import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LauncherCluster } from '../support/cluster.ts';
import { atOneStore } from './at-one-store.ts';
import { keepPicture, openPage } from './browser.ts';
import { inEachLook } from './looks.ts';

const shown = atOneStore();

const TITLES = {
  cache: 'Response time with and without a cache',
  replicas: 'Distribution of requests over the replicas',
  update: 'Consistency after an update',
  clients: 'Response time against the number of clients',
};
type Name = keyof typeof TITLES;

/** An experiment takes no longer than its bound, and a busy machine some time around it. */
const PATIENCE_MS = 40_000;

const panelOf = (page: Page, name: Name) =>
  page.getByRole('region', { name: new RegExp(`: ${TITLES[name]}$`) });
const press = (page: Page, name: Name, button: RegExp) =>
  panelOf(page, name).getByRole('button', { name: button }).click();
const told = (page: Page, name: Name) => panelOf(page, name).getByRole('status');

async function run(page: Page, name: Name): Promise<string> {
  await press(page, name, /^Run/);
  await told(page, name).getByText('requests were asked').waitFor({ timeout: PATIENCE_MS });
  return told(page, name).innerText();
}

/** The rows of the table, each as its cells. */
async function rowsOf(page: Page, name: Name): Promise<string[][]> {
  const rows = await panelOf(page, name).locator('tbody tr').all();
  return Promise.all(rows.map((row) => row.locator('th, td').allInnerTexts()));
}

async function saved(page: Page, name: Name, what: 'CSV' | 'SVG'): Promise<[file: string, text: string]> {
  const downloading = page.waitForEvent('download');
  await press(page, name, new RegExp(`^Save ${what}`));
  const download = await downloading;
  return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')];
}

async function stocks(cluster: LauncherCluster): Promise<unknown> {
  const { books } = (await cluster.request<{ books: { id: number; stock: number }[] }>('GET', '/info')).body;
  return books.filter(({ id }) => id <= 7).map(({ id, stock }) => [id, stock]);
}

shown(
  'the report’s 29 and 20 ms stand beside those of this store, and can be taken away as numbers and as a picture',
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/experiments`);
    await told(page, 'cache').getByText('Not run yet.').waitFor();
    const before = await rowsOf(page, 'cache');
    assert.equal(
      before.map(([, , median]) => median),
      ['29.0 ms', '20.0 ms', '–', '–'],
    );
    const said = await run(page, 'cache');
    assert.match(
      said,
      /^Half of the reads took .* or less without and .* with a cache; in the report 29 and 20 ms\./,
    );
    const rows = await rowsOf(page, 'cache');
    for (const [place, , median, p99, samples] of rows.slice(2)) {
      assert.is(place, 'this store, now');
      assert.match(median!, / m?s$/);
      assert.match(p99!, / m?s$/);
      assert.ok(Number(samples) > 0 && Number(samples) <= 300, samples);
    }
    await panelOf(page, 'cache').getByText('of 7 books: gateway-1').waitFor();
    await panelOf(page, 'cache')
      .getByRole('img', { name: said.split('. ')[0]! })
      .waitFor();

    const [csvFile, csv] = await saved(page, 'cache', 'CSV');
    assert.is(csvFile, 'bazar-cache.csv');
    const lines = csv.trim().split('\r\n');
    assert.equal(lines.slice(0, 3), [
      'what,of,median_ms,p99_ms,samples',
      'the original report,without cache,29,,',
      `"this store, now",without cache,${lines[2]!.split(',').slice(3).join(',')}`,
    ]);
    const [svgFile, svg] = await saved(page, 'cache', 'SVG');
    assert.is(svgFile, 'bazar-cache.svg');
    assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*29\.0 ms · without cache.*<\/svg>$/s);
    assert.not.match(svg, 'class=');
    await keepPicture(page, 'experiments');
    await judge();
  },
);

shown('every replica serves, and what is counted costs nobody a copy', async (cluster, browser) => {
  const before = await stocks(cluster);
  const { page, judge } = await openPage(browser, `${cluster.url}/#/experiments/replicas`);
  await run(page, 'replicas');
  const rows = await rowsOf(page, 'replicas');
  const sum = (kind: string, of: RegExp) =>
    rows.reduce(
      (all, [place, series, count]) => all + (series === kind && of.test(place!) ? Number(count) || 0 : 0),
      0,
    );
  assert.equal([sum('reads past the cache', /^catalog/), sum('purchases', /^order/)], [300, 100]);
  assert.is(sum('purchases', /^catalog/), 100);
  const ofOrders = rows
    .filter(([place, series]) => series === 'purchases' && place!.startsWith('order'))
    .map(([, , count]) => Number(count));
  assert.ok(ofOrders.length === 2 && ofOrders.every((count) => count >= 40), ofOrders.join());
  assert.equal(await stocks(cluster), before);
  const { body } = await cluster.request<{ orders: { status: string }[] }>('GET', '/orders', { admin: true });
  assert.ok(body.orders.every(({ status }) => status === 'refused'));
  await judge();
});

shown(
  'what writes takes the token, changes a book of its own, and no answer is older than an update before it',
  async (cluster, browser) => {
    const before = await stocks(cluster);
    const { page, judge } = await openPage(browser, `${cluster.url}/#/experiments`);
    await told(page, 'update').getByText('it takes the admin token').waitFor();
    assert.ok(await panelOf(page, 'update').getByRole('button', { name: /^Run/ }).isDisabled());
    await page.getByLabel('Admin token').fill(cluster.adminToken);
    await page.getByRole('button', { name: 'Show it' }).click();
    for (let time = 0; time < 2; time++) {
      await run(page, 'update');
      await panelOf(page, 'update').getByText('older than an update before them: 0.').waitFor();
    }
    const rows = await rowsOf(page, 'update');
    assert.ok(
      rows.every(([, median]) => / m?s$/.test(median!)),
      JSON.stringify(rows),
    );
    const own = await cluster.request<unknown[]>('GET', '/search/experiments');
    assert.is(own.body.length, 1);
    assert.equal(await stocks(cluster), before);
    await judge();
  },
);

shown('clients by the dozen are measured within the bounds, and one can stop', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/experiments/clients`);
  await run(page, 'clients');
  const medians = (await rowsOf(page, 'clients')).map(([, , median]) => median!);
  assert.is(medians.length, 14);
  assert.ok(
    medians.every((median) => / m?s$/.test(median)),
    medians.join(),
  );
  await press(page, 'clients', /^Run again/);
  await told(page, 'clients').getByText('Running…').waitFor();
  assert.ok(await panelOf(page, 'cache').getByRole('button', { name: /^Run/ }).isDisabled());
  await press(page, 'clients', /^Stop/);
  await told(page, 'clients').getByText('requests were asked').waitFor();
  await page.goto(`${cluster.url}/#/experiments/none`);
  await page.getByText('There is no experiment “none”.').waitFor();
  await page.getByRole('link', { name: 'To all of them' }).click();
  await page.getByText('whose report had figures').waitFor();
  await judge();
});

shown('by keys alone one runs the first; axe finds no fault in any look', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/cluster`);
  await page.locator('.badge.good').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await panelOf(page, 'cache').getByRole('button', { name: /^Run/ }).focus();
  await page.keyboard.press('Enter');
  await told(page, 'cache').getByText('requests were asked').waitFor({ timeout: PATIENCE_MS });
  await inEachLook(page, (fits) => fits('what was run'));
  await judge();
});

test.run();
