import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import type { ToldHappening, WatchedNodeAnswer } from '../../runtime/watch-answers.ts';
import { withBridge } from '../bridge/support.ts';
import { eventually } from '../support/eventually.ts';
import type { MemoryService } from '../support/memory-service.ts';
import { needs } from '../support/needs.ts';
import { launchBrowser, openPage } from './browser.ts';

/** What is around every view, at a gateway in this process that tells what the test says. */

let browser: Browser | undefined;
test.before(async () => {
  if (await findOnPath('chromium')) browser = await launchBrowser();
});
test.after(async () => browser?.close());

interface Frame {
  readonly page: Page;
  readonly service: MemoryService;
  goTo(address: string): Promise<unknown>;
}

function shown(name: string, use: (frame: Frame) => Promise<void>): void {
  const work = () =>
    withBridge(async ({ url, service }) => {
      service.observatory.nodes = () => NODES;
      const { page, judge } = await openPage(browser!, `${url}/#/cluster`);
      await page.locator('.badge.good').waitFor();
      await use({ page, service, goTo: (address) => page.goto(`${url}/#/${address}`) });
      await judge();
      await page.context().close();
    });
  test(name, needs('chromium', name, work));
}

const node = (id: string, kind: WatchedNodeAnswer['kind']): WatchedNodeAnswer => ({
  id,
  kind,
  pid: 7,
  state: 'ready',
  figures: null,
  ageMs: null,
});
const NODES = [node('gateway-1', 'gateway'), node('order-1', 'order'), node('catalog-1', 'catalog')];

const happening = (seq: number): ToldHappening => ({
  node: 'catalog-1',
  run: 'r',
  seq,
  at: Date.UTC(2026, 0, 1) + seq,
  kind: 'elected',
  text: `leads from term ${seq} on`,
  facts: {},
});

const happened = (page: Page) => page.getByLabel('Happenings, the newest first').getByRole('listitem');

shown('Hold freezes what is shown, counts the news, and loses none of them', async ({ page, service }) => {
  const tell = (...seqs: number[]) => {
    for (const observer of service.observers) {
      observer.happened(seqs.map(happening));
      observer.beat();
    }
  };
  tell(1);
  await happened(page).getByText('leads from term 1 on').waitFor();
  const version = await page.locator('.picture .version').textContent();
  await page.getByRole('button', { name: 'Hold', exact: true }).click();
  await page.getByRole('button', { name: /^Held \d+ s, 0 news$/ }).waitFor();
  await service.purchase([{ id: 1, quantity: 1 }]);
  tell(2);
  tell(3, 4);
  await page.getByRole('button', { name: /^Held \d+ s, 3 news$/ }).waitFor();
  assert.is(await happened(page).count(), 1);
  assert.is(await page.locator('.picture .version').textContent(), version);

  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('Space');
  await eventually('all of it is shown', async () => (await happened(page).count()) === 4);
  const told = (await happened(page).allInnerTexts()).map((text) => /term (\d)/.exec(text)![1]);
  assert.equal(told, ['4', '3', '2', '1']);
  assert.is.not(await page.locator('.picture .version').textContent(), version);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: /^Held/ }).waitFor();
});

/** The keys that lead to views, and the heading of each. */
const WAYS = {
  s: 'Shop',
  r: 'Request',
  t: 'Statecharts',
  e: 'Experiments',
  m: 'Simulator',
  l: 'Lab',
  c: 'Cluster',
};

shown('“?” lists the keys, and each of those that lead to a view leads there', async ({ page }) => {
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys and signs' });
  await dialog.waitFor();
  const listed = await dialog.locator('dt').allInnerTexts();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  for (const [key, title] of Object.entries(WAYS)) {
    assert.ok(
      listed.some((keys) => keys.replace(/\s/g, '') === `g${key}`),
      `g ${key} is listed`,
    );
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  }
  for (const [key, title] of Object.entries({ s: 'Shop', l: 'Lab' })) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('?g c');
    const typed = await page.getByRole('searchbox').inputValue();
    assert.is(typed, '?g c', `who types at once is not led away from ${title}`);
    await page.getByRole('searchbox').fill('');
    await page.evaluate('document.activeElement.blur()');
  }
  assert.is(await dialog.isVisible(), false);
});

/** Addresses that name nothing; what is said, and the way back. */
const NOTHING = [
  ['nowhere', 'There is no view “nowhere”', 'Cluster'],
  ['%3Cimg%20src=x%3E', 'There is no view “<img src=x>”', 'Shop'],
  ['charts/nothing', 'There is no statechart “nothing”.', 'To that of a replica'],
  ['request/never', 'There is no order “never”', 'See which purchases are traced'],
  ['experiments/none', 'There is no experiment “none”.', 'To all of them'],
  ['simulator?seed=-1', '“-1” is no seed', 'Run seed 42'],
  ['simulator?seed=3&at=x', '“x” is no moment', 'Run seed 42'],
] as const;

shown('an address that names nothing gets a sentence and a way back', async ({ page, goTo }) => {
  for (const [address, words, back] of NOTHING) {
    await goTo(address);
    await page.getByText(words).waitFor();
    await page.getByRole('main').getByRole('link', { name: back, exact: true }).click();
    await page.getByText(words).waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await goTo('shop?order=never');
  await page.getByText('There is no order with this id.').waitFor();
  await goTo(`shop?order=${encodeURIComponent('a b/c')}`);
  await page.locator('.orders .fault').getByText(/\S/).waitFor();
  assert.is(await page.locator('img').count(), 0);
});

test.run();
