import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { LauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { assertSold, buyUnkeyed } from '../support/unkeyed-purchase.ts';
import { atOneStore } from './at-one-store.ts';
import { keepPicture, openPage } from './browser.ts';
import { inEachLook } from './looks.ts';
import { killLeader } from './points/kills.ts';

const shown = atOneStore();

const isLive = (page: Page) => page.locator('.badge.good').waitFor();
const cardOf = (page: Page, title: string) =>
  page.getByRole('list', { name: 'Books' }).getByRole('listitem').filter({ hasText: title });
const stockOf = async (cluster: LauncherCluster, id: number) =>
  (await cluster.request<{ stock: number }>('GET', `/info/${id}?consistency=strong`)).body.stock;

/** Asks again where the status could not be gathered in time, which is an answer of a busy store. */
const termOf = async (cluster: LauncherCluster) => {
  const { nodes } = await eventually('the status is gathered', () => cluster.status());
  return Math.max(...nodes.map(({ term }) => term ?? 0));
};

shown(
  'a person buys by clicks, by a cart and by keys, and another page shows it',
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/shop`);
    const other = await openPage(browser, `${cluster.url}/#/shop`);
    await isLive(page);
    await cardOf(page, 'RPCs for Noobs').getByRole('button', { name: 'Buy' }).click();
    const first = page.getByRole('list', { name: 'Your purchases' }).getByRole('listitem').first();
    await first.getByText('bought').waitFor();
    const orderId = (await first.getByRole('link').textContent())!;
    const { body } = await cluster.request<{ status: string; lines: { id: number }[] }>(
      'GET',
      `/orders/${orderId}`,
    );
    assert.equal([body.status, body.lines[0]!.id], ['confirmed', 2]);
    await cardOf(page, 'RPCs for Noobs').getByText('99 in stock').waitFor();
    await cardOf(other.page, 'RPCs for Noobs').getByText('99 in stock').waitFor();

    await cardOf(page, 'Spring in the Pioneer Valley').getByRole('button', { name: 'Add to cart' }).click();
    await cardOf(page, 'Why theory classes').getByRole('button', { name: 'Add to cart' }).click();
    await page.getByLabel('Copies of Why theory classes are so hard').fill('3');
    await page.getByLabel('Copies of Why theory classes are so hard').blur();
    await page.getByText('40.00').waitFor();
    await page.getByRole('button', { name: 'Buy all of it' }).click();
    await page.getByText('Nothing in it yet').waitFor();
    await keepPicture(page, 'shop');
    assert.is(await stockOf(cluster, 6), 97);

    await page.keyboard.press('/');
    await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('xen');
    await page.getByText('1 of 7 books').waitFor();
    await page.getByRole('searchbox').press('Tab');
    for (let step = 0; step < 12; step++) {
      const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
      if (focused.startsWith('Buy one copy of Xen')) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await cardOf(page, 'Xen and the Art').getByText('99 in stock').waitFor();

    await page.goto(`${cluster.url}/#/shop?order=${orderId}`);
    await page.getByLabel(`Order ${orderId}`).getByText('RPCs for Noobs').waitFor();
    await page.goto(`${cluster.url}/#/shop?order=never`);
    await page.getByText('There is no order with this id.').waitFor();
    await judge();
    await other.judge();
  },
);

shown('what the store refuses is said in plain words, and the keeper mends it', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/shop`);
  await isLive(page);
  await cluster.request('PATCH', '/books/1', { body: { stock: 2 }, admin: true });
  const card = cardOf(page, 'How to get a good grade');
  await card.getByText('2 in stock').waitFor();
  await card.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByLabel('Copies of How to get').fill('3');
  await page.getByRole('button', { name: 'Buy all of it' }).click();
  await page
    .getByText('Not enough copies of “How to get a good grade in DOS in 40 minutes a day” are left (2).')
    .waitFor();

  await page.getByLabel('Admin token').fill('wrong');
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByText('That is not the right token.').waitFor();
  await page.getByLabel('Admin token').fill(cluster.adminToken);
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByText('You are admin').waitFor();
  await card.getByLabel('Copies to add').fill('40');
  await card.getByLabel('Price').fill('12.50');
  await card.getByRole('button', { name: 'Set' }).click();
  await card.getByText('42 in stock').waitFor();
  await card.getByText('12.50').waitFor();

  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await cluster.request('POST', '/books', {
    body: { title: hostile, topic: '\u202Eevil', price: '1', stock: 1 },
    admin: true,
  });
  await page.getByRole('heading', { name: hostile }).waitFor();
  await cardOf(page, hostile).getByRole('button', { name: 'Buy' }).click();
  await cardOf(page, hostile).getByText('sold out').waitFor();
  assert.is(await page.title(), 'Shop · Bazar');
  assert.is(await page.locator('img').count(), 0);
  await judge();
});

shown(
  'a killed leader is shown: gone, an election, a new leader, in this order',
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/cluster`);
    await isLive(page);
    const list = page.getByLabel('Happenings, the newest first').getByRole('listitem');
    const buying = Promise.all(
      Array.from({ length: 60 }, async (_, turn) => {
        await new Promise((resolve) => setTimeout(resolve, turn * 50));
        await cluster.request('GET', `/info/${1 + (turn % 7)}`);
        return buyUnkeyed(cluster, 1 + (turn % 7));
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    // Asked for at the last moment: a busy machine may have elected another one meanwhile, and nobody stands for election
    // when a follower dies.
    const known = new Set(await list.allInnerTexts());
    const leader = await cluster.leader();
    await cluster.kill(leader);
    let told: string[] = [];
    const places = await eventually('the story of the election', async () => {
      told = (await list.allInnerTexts()).filter((text) => !known.has(text)).toReversed();
      const gone = told.findIndex((text) => text.includes(`hears that ${leader} is gone: SIGKILL`));
      const stands = told.findIndex((text) => /stands for election/.test(text));
      const leads = told.findIndex((text) => /leads from term/.test(text));
      return gone >= 0 && stands >= 0 && leads >= 0 && { stands, leads };
    }).catch((error: Error) => {
      throw new Error(`${error.message}; told:\n${told.join('\n')}`);
    });
    assert.ok(places.stands < places.leads);
    await keepPicture(page, 'cluster');
    for (const purchase of await buying) await assertSold(cluster, purchase);
    await eventually('the new leader in the picture', async () => {
      const now = await cluster.leader();
      return now !== leader && (await page.getByRole('img', { name: `${now} leads` }).count()) === 1;
    });
    const leads = await cluster.leader();
    await page.goto(`${cluster.url}/#/charts/replica?process=${leads}`);
    await page
      .getByText(`${leads} is in participating.leader, and came from participating.candidate.`)
      .waitFor();
    await page.getByRole('img', { name: `${leads} is in participating.leader` }).waitFor();
    await page.locator('.arrow.last', { hasText: 'hasWon' }).waitFor({ state: 'attached' });
    await page.goto(`${cluster.url}/#/charts/nothing`);
    await page.getByText('There is no statechart “nothing”.').waitFor();
    await page.goto(`${cluster.url}/#/charts/replica?process=catalog-9`);
    await page.getByText('“catalog-9” has no such machine now.').waitFor();
    await page.goto(`${cluster.url}/#/cluster`);
    await eventually(
      'nobody is away',
      async () => (await page.getByRole('img', { name: 'away' }).count()) === 0,
    );
    await judge();
  },
);

shown('each of several killed leaders is shown as a story in its order', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/cluster`);
  await isLive(page);
  for (let kill = 1; kill <= 3; kill++) {
    const { inOrder, shownMs, told } = await killLeader(cluster, page);
    assert.ok(inOrder, `kill ${kill}: ${shownMs.join(', ')} ms; told:\n${told.join('\n')}`);
  }
  await judge();
});

shown(
  'a killed gateway is said, comes back by itself, and nothing is told that did not happen',
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/cluster`);
    await isLive(page);
    await page.getByRole('button', { name: 'Links' }).click();
    const list = page.getByLabel('Happenings, the newest first').getByRole('listitem');
    const before = new Set(await list.allInnerTexts());
    await page.route('**/page.js', (route) => route.fulfill({ status: 200, headers: { etag: '"newer"' } }));
    const termBefore = await termOf(cluster);
    await cluster.kill('gateway-1');
    await page.getByText('The connection to the gateway is lost').waitFor();
    await isLive(page);
    const reload = page.getByRole('button', { name: 'Reload' });
    await reload.waitFor();
    await cluster.whole();
    await eventually('all are seen', async () => (await page.getByText('● ready').count()) >= 7);
    const told = await list.allInnerTexts();
    const fresh = told.filter((text) => !before.has(text));
    assert.ok(fresh.some((text) => text.includes('gateway-1 has started')));
    // On a busy machine the catalogs may hold an election meanwhile, which then did happen.
    const elected = (await termOf(cluster)) !== termBefore;
    const untrue = elected ? /hears that|snapshot/ : /hears that|stands for|leads from|snapshot/;
    assert.equal(
      fresh.filter((text) => untrue.test(text)),
      [],
    );
    assert.is(new Set(told).size, told.length);
    await page.unroute('**/page.js');
    await reload.click();
    await isLive(page);
    await reload.waitFor({ state: 'detached' });
    await judge({ lostStore: true });
  },
);

shown(
  'a purchase whose answer was lost is not known, and asking again buys no other copy',
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/shop`);
    await isLive(page);
    const before = await stockOf(cluster, 2);
    // The answer is held up on its way, and then the socket goes.
    await page.evaluate(() => {
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        send.call(this, data);
        if (String(data).includes('"purchase"')) {
          this.onmessage = null;
          setTimeout(() => this.close(), 300);
          WebSocket.prototype.send = send;
        }
      };
    });
    await cardOf(page, 'RPCs for Noobs').getByRole('button', { name: 'Buy' }).click();
    const item = page.getByRole('list', { name: 'Your purchases' }).getByRole('listitem').first();
    await item.locator('.sign').getByText('not known').waitFor();
    await page.reload();
    await isLive(page);
    const isSold = async () => (await stockOf(cluster, 2)) === before - 1;
    const wasSold = await eventually('the sale', isSold, DEFAULT_LIMITS.purchaseDeadlineMs).catch(
      () => false,
    );
    // While the catalogs hold an election the answer is again that it is not known, and the button is there again.
    await eventually('the answer', async () => {
      if (await item.locator('.sign').getByText('bought').isVisible()) return true;
      const again = item.getByRole('button', { name: /^(Ask|Try) again/ });
      if (await again.isEnabled({ timeout: 1_000 })) await again.click({ timeout: 1_000 });
      return false;
    });
    if (wasSold) await item.getByText('it had been bought already').waitFor();
    assert.is(await stockOf(cluster, 2), before - 1);
    await judge();
  },
);

/** Each colour and each width once: no colour of the page depends on its width. */

shown('axe finds no fault in any view, light, dark and forced, wide and narrow', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/cluster`);
  await isLive(page);
  await inEachLook(page, async (fits) => {
    for (const view of ['cluster', 'shop', 'charts', 'charts/lifecycle', 'nowhere']) {
      await page.goto(`${cluster.url}/#/${view}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await fits(view);
    }
  });
  await judge();
});

test.run();
