import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TraceAnswer } from '../../runtime/trace/trace-answers.ts';
import { traceText } from '../../runtime/trace/trace-text.ts';
import type { FiguresAnswer } from '../../runtime/watch-answers.ts';
import { openRpc } from '../bridge/support.ts';
import type { LauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { atOneStore } from './at-one-store.ts';
import { keepPicture, openPage } from './browser.ts';
import { inEachLook } from './looks.ts';

// The gateway leaves a purchase to the order replica that has it: after half of its time it would ask the other as well, and a
// busy machine may take so long to kill the leader.
const shown = atOneStore(['--limit', 'submitAttemptMs=3000']);
/** The first test leaves a trace through a killed leader for those after it. */
let orderId = '';

const isLive = (page: Page) => page.locator('.badge.good').waitFor();
const traceOf = async (cluster: LauncherCluster, id: string) =>
  (await cluster.request<TraceAnswer>('GET', `/orders/${id}/trace`)).body;

shown(
  'a person traces a purchase through a killed leader, follows the link, and sees two proposals',
  async (cluster, browser) => {
    const { page, judge } = await openPage(browser, `${cluster.url}/#/shop`);
    await isLive(page);
    await page.getByRole('button', { name: 'Trace the next 5 purchases' }).click();
    await page.getByRole('button', { name: 'Tracing the next 5 purchases' }).waitFor();
    await cluster.whole();
    // Each order replica learns who leads, so that it proposes to the one that is killed.
    for (let turn = 0; turn < 4; turn++) await cluster.request('POST', '/purchase', { body: { id: 1 } });
    const watcher = await openRpc(cluster.url);
    const buy = await page
      .getByRole('list', { name: 'Books' })
      .getByRole('listitem')
      .filter({ hasText: 'RPCs for Noobs' })
      .getByRole('button', { name: 'Buy' })
      .elementHandle();
    // The others stand still too until it is dead: none notices that its leader is silent before the proposal is there.
    const catalogs = (await cluster.status()).nodes.map(({ id }) => id).filter((id) => /^catalog/.test(id));
    await Promise.all(catalogs.map((id) => cluster.pause(id)));
    const clickedAt = performance.now();
    await buy!.dispatchEvent('click');
    // The proposal is with the catalog that the order replica believes to lead. An election just before the pause may have
    // made another one the leader, and a kill of that one would cut no proposal; nor need an ask that waits be the proposal:
    // order replicas look for open payments too. Figures from before the click may tell of the purchases above.
    const asked = await eventually('its proposal is on the way', async () => {
      const { result } = await watcher.call('watch', { what: ['figures'] });
      const { nodes } = (result as unknown as { figures: FiguresAnswer }).figures;
      const sinceMs = performance.now() - clickedAt;
      const at = nodes.find(
        ({ figures, ageMs }) => (figures?.order?.inFlight ?? 0) > 0 && ageMs !== null && ageMs < sinceMs,
      );
      return at?.figures?.order?.leader ?? undefined;
    });
    watcher.close();
    await cluster.kill(asked);
    await Promise.all(catalogs.map((id) => cluster.resume(id)));
    const item = page.getByRole('list', { name: 'Your purchases' }).getByRole('listitem').first();
    await item.getByText('bought').waitFor();
    await page.getByRole('button', { name: 'Tracing the next 4 purchases' }).waitFor();
    orderId = (await item.getByRole('link').first().textContent())!;
    const text = traceText(await traceOf(cluster, orderId));
    assert.match(
      text,
      /proposal \d+: (the link was lost|no answer in time) after/,
      `${asked} killed:\n${text}`,
    );
    await item.getByRole('link', { name: 'where the time went' }).click();
    await page.getByRole('heading', { name: `Order ${orderId}` }).waitFor();
    await page
      .getByText(/^proposal \d+: (the link was lost|no answer in time) after/)
      .first()
      .waitFor();
    await page
      .getByText(/^proposal \d+, the same order id$/)
      .last()
      .waitFor();
    await page.locator('tr.idle').first().waitFor();
    const shown = await page.getByLabel('What happened, line by line').boundingBox();
    assert.ok(shown!.height > 400, `${shown!.height} px of the lines are seen`);
    await keepPicture(page, 'request');
    await judge();
  },
);

shown(
  'each form has an address and a key, and the text is that of the command line',
  async (cluster, browser) => {
    const address = `${cluster.url}/#/request/${orderId}`;
    const { page, judge } = await openPage(browser, address);
    const form = (name: string) =>
      page.getByRole('navigation', { name: 'Forms' }).getByRole('link', { name });
    await page.getByRole('table').first().waitFor();
    await page.keyboard.press('2');
    await page.getByLabel('The steps, as a waterfall').waitFor();
    assert.is(new URL(page.url()).hash, `#/request/${orderId}?form=waterfall`);
    await page.keyboard.press('w');
    await page.getByText('25 % to 75 % of the line').waitFor();
    assert.match(page.url(), /zoom=0\.25-0\.75$/);
    await page.keyboard.press('d');
    await page.getByText('38 % to 88 % of the line').waitFor();
    await page.reload();
    await page.getByText('38 % to 88 % of the line').waitFor();
    await page.keyboard.press('s');
    await page.getByText('the whole time').waitFor();

    const trace = await traceOf(cluster, orderId);
    await page.keyboard.press('3');
    const text = await page.getByLabel('The trace as text').locator('pre').textContent();
    assert.is(text, traceText(trace));
    await page.keyboard.press('4');
    const json = await page.getByLabel('The trace as JSON').locator('pre').textContent();
    assert.equal(JSON.parse(json!), trace);

    await form('Lanes').focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('What happened, line by line').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('tr.chosen', { hasText: 'purchase 2 × 1' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('tr.chosen', { hasText: 'hands it on' }).waitFor();
    assert.match(page.url(), /form=lanes&line=2$/);
    await page.reload();
    await page.locator('tr.chosen', { hasText: 'hands it on' }).waitFor();
    await judge();
  },
);

shown('what is not traced, not known or no order id is said, with a way back', async (cluster, browser) => {
  await cluster.request('POST', '/purchase', { body: { id: 1 }, headers: { 'idempotency-key': 'untraced' } });
  const { page, judge } = await openPage(browser, `${cluster.url}/#/request/untraced`);
  await page.getByText('is bought, and there is no trace of it').waitFor();
  for (const unknown of ['never', 'a%20b%2Fc', '%3Cimg%20src=x%3E', '%E0%A4%A', 'x'.repeat(200)]) {
    await page.goto(`${cluster.url}/#/request/${unknown}`);
    await page.getByText('There is no order “').waitFor();
  }
  assert.is(await page.locator('img').count(), 0);
  await page.getByRole('link', { name: 'See which purchases are traced' }).click();
  await page.getByText('None yet: press').waitFor();
  await page.getByLabel('Order id').fill(orderId);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Order ${orderId}` }).waitFor();
  await judge();
});

shown('with a token the next purchases are traced whosever they are', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/shop`);
  await isLive(page);
  await page.getByLabel('Admin token').fill(cluster.adminToken);
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByText('You are admin').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Request' }).click();
  await page.getByRole('button', { name: 'Trace the next 5, whosever' }).click();
  await page.getByRole('button', { name: 'Tracing the next 5 of all' }).waitFor();
  await cluster.request('POST', '/purchase', {
    body: { id: 1 },
    headers: { 'idempotency-key': 'by-another' },
  });
  await page.getByRole('button', { name: 'Read the list again' }).click();
  await page.getByRole('link', { name: 'by-another' }).click();
  await page.getByRole('heading', { name: 'Order by-another' }).waitFor();
  await judge();
});

shown('axe finds no fault in any form, light, dark and forced, wide and narrow', async (cluster, browser) => {
  const { page, judge } = await openPage(browser, `${cluster.url}/#/request`);
  await isLive(page);
  const traced = ['lanes', 'lanes&line=3', 'waterfall', 'text', 'json'].map(
    (form) => `request/${orderId}?form=${form}`,
  );
  await inEachLook(page, async (fits) => {
    for (const view of ['request', 'request/never', ...traced]) {
      await page.goto(`${cluster.url}/#/${view}`);
      await page
        .getByText(view.includes('?') ? 'Where the time went' : /None yet|There is no order/)
        .first()
        .waitFor();
      await fits(view);
    }
  });
  await judge();
});

test.run();
