import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { type Opened, openBooks, withBridge } from '../bridge/support.ts';
import { simulate } from '../simulation/simulate.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { keepPicture, launchBrowser, type OpenedPage, openPage } from './browser.ts';
import { inEachLook } from './looks.ts';
import { mutantScript } from './mutant-script.ts';

/** The simulator needs no store but for its files, so a gateway in this process gives them. */

/** A busy machine takes so long for a seed that is gone through twice. */
const PATIENCE_MS = 180_000;
/** The seed of least events; `npm run hashes` compares fifty. */
const SEED = 3;

let browser: Browser | undefined;
let opened: Opened | undefined;
test.before(async () => {
  if (!(await findOnPath('chromium'))) return;
  browser = await launchBrowser();
  opened = await openBooks();
});
test.after(async () => {
  await opened?.bridge.close();
  await browser?.close();
});

interface Simulator extends OpenedPage {
  goTo(query: string): Promise<void>;
  /** What is shown of event `n`, once it is. */
  shows(n: number): Promise<void>;
}

function shown(name: string, use: (simulator: Simulator) => Promise<void>) {
  const work = async () => {
    const simulator = await openPage(browser!, `${opened!.url}/#/simulator`);
    simulator.page.setDefaultTimeout(PATIENCE_MS);
    const shows = (n: number) =>
      simulator.page
        .getByRole('heading', { name: `event ${n.toLocaleString('en-US')}`, exact: false })
        .waitFor();
    const goTo = async (query: string) => {
      await simulator.page.evaluate(`location.hash = '#/simulator?${query}'`);
    };
    await use({ ...simulator, goTo, shows });
    await simulator.page.context().close();
  };
  test(name, needs('chromium', name, work));
}

const hashOf = (page: Page) => page.locator('.stage code').first().innerText();
const eventsOf = async (page: Page) =>
  Number(
    /of ([\d,]+)$/
      .exec((await page.getByRole('slider').getAttribute('aria-valuetext'))!)![1]!
      .replaceAll(',', ''),
  );

shown(
  `seed ${SEED} has the hash and the events in the browser that it has in Node`,
  async ({ page, goTo, shows, judge }) => {
    const { traceHash, events } = await simulate(SEED);
    await goTo(`seed=${SEED}&at=${events}`);
    await shows(events);
    await page.locator('.stage code').getByText(traceHash).waitFor();
    assert.is(await eventsOf(page), events);
    await judge();
  },
);

shown(
  'a moment is the same whichever way one comes to it, and its address brings back all of it',
  async ({ page, goTo, shows, judge }) => {
    const seen = new Map<number, string>();
    for (const n of [900, 4_000, 2_500, 900, 2_499, 4_000, 2_500]) {
      await goTo(`seed=3&at=${n}`);
      await shows(n);
      const text = `${await hashOf(page)} ${await page.locator('.inside').innerText()}`;
      assert.is(text, seen.get(n) ?? text);
      seen.set(n, text);
    }
    await page.getByLabel('Process', { exact: true }).selectOption('order-1');
    await page.getByRole('heading', { name: 'Inside order-1' }).waitFor();
    const other = await openPage(browser!, page.url());
    other.page.setDefaultTimeout(PATIENCE_MS);
    await other.page.getByRole('heading', { name: 'Inside order-1' }).waitFor();
    assert.is(await hashOf(other.page), await hashOf(page));
    assert.ok(page.url().startsWith(`${opened!.url}/#/simulator?seed=3&at=2500`));
    await judge();
    await other.judge();
  },
);

shown(
  'one steps by keys and buttons: an event, a message, a fault, an election; and plays',
  async ({ page, goTo, shows, judge }) => {
    await goTo('seed=3');
    await shows(1);
    const last = await eventsOf(page);
    const number = async () => Number((await page.locator('#moment .quiet').innerText()).replace(/\D/g, ''));
    const moved = async (press: () => Promise<void>) => {
      const before = await number();
      await press();
      await eventually('another moment', async () => (await number()) !== before, PATIENCE_MS);
      return (await number()) - before;
    };
    assert.ok((await moved(() => page.getByRole('button', { name: 'Next election' }).click())) > 0);
    await page.locator('.events li').first().getByText('leads term 1').waitFor();
    assert.ok((await moved(() => page.keyboard.press('Shift+ArrowRight'))) > 0);
    assert.ok((await moved(() => page.keyboard.press('ArrowRight'))) >= 1);
    assert.ok((await moved(() => page.keyboard.press('ArrowLeft'))) <= -1);
    assert.ok((await moved(() => page.getByRole('button', { name: 'Next message' }).click())) >= 1);
    await page.locator('.events li').first().getByRole('button', { name: 'as JSON' }).click();
    const message = await page.locator('.message pre').innerText();
    assert.ok(typeof JSON.parse(message) === 'object', message);
    await page.evaluate('document.activeElement.blur()');
    assert.ok((await moved(() => page.keyboard.press('Space'))) > 0);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('slider').focus();
    await page.keyboard.press('End');
    await shows(last);
    await page.getByRole('list', { name: 'The judges' }).getByText('linearizable').waitFor();
    assert.is(await page.locator('.verdicts .open, .verdicts .broken').count(), 0);
    await judge();
  },
);

shown(
  'a leader is killed in a fork: the past stays, the judges hold, and the address is that of the fork',
  async ({ page, goTo, shows, judge }) => {
    await goTo('seed=42&at=9881');
    await shows(9_881);
    const before = await hashOf(page);
    await page.getByLabel('Process', { exact: true }).selectOption('catalog-1');
    await page.getByRole('button', { name: 'Kill', exact: true }).click();
    await page.getByText('You did: kill catalog-1 at event 9881').waitFor();
    await shows(9_881);
    await page.locator('.inside').getByText('☠ killed').waitFor();
    assert.is.not(await hashOf(page), before);
    assert.match(page.url(), /do=9881\.kill\.catalog-1/);
    await keepPicture(page, 'simulator');
    await page.getByRole('button', { name: 'To the end' }).click();
    await shows(await eventsOf(page));
    assert.is(await page.locator('.verdicts .broken').count(), 0);
    await page.getByRole('link', { name: 'without what you did' }).click();
    await page.getByText('You did: kill').waitFor({ state: 'detached' });
    await judge();
  },
);

shown(
  'a store that answers before its disk has synced is caught, and shown at the event that betrays it',
  async ({ page, goTo, shows, judge }) => {
    const body = await mutantScript('acknowledged-before-sync');
    await page.route('**/simulator.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body, headers: { ...response.headers(), 'content-encoding': '' } });
    });
    await goTo('seed=1');
    await page.getByText('and what broke').waitFor();
    await page.getByRole('button', { name: 'Next violation' }).click();
    await shows(await eventsOf(page));
    const broken = page.locator('.verdicts .broken');
    assert.match(
      await broken.innerText(),
      /committed stays, on a majority is broken: entry \d+ is committed, but durable on/,
    );
    assert.is(await broken.count(), 1);
    await page.getByRole('button', { name: 'One event back' }).click();
    await broken.waitFor({ state: 'detached' });
    await judge();
  },
);

shown('what is not there is said in a sentence, with a way back', async ({ page, goTo, shows, judge }) => {
  for (const [query, words] of [
    ['seed=fortytwo', '“fortytwo” is no seed'],
    ['seed=3&at=0', '“0” is no moment'],
    ['seed=3&do=5.fly.catalog-1', 'is nothing that can be done to a run'],
    ['seed=3&at=99999999', 'there is no event 99999999'],
    ['seed=3&at=600&do=600.kill.catalog-9', 'there is no process catalog-9'],
    ['seed=3&at=600&node=catalog-9', 'there is no process “catalog-9”'],
  ]) {
    await goTo(query!);
    await page.locator('.fault').getByText(words!).waitFor();
    await page.locator('.fault').getByRole('link').first().click();
    await page.locator('.fault').waitFor({ state: 'detached' });
    if (page.url().includes('seed=3')) await shows(1);
  }
  await judge();
});

test(
  'once loaded the simulator needs no store',
  needs('chromium', 'once loaded the simulator needs no store', async () => {
    let loaded: OpenedPage | undefined;
    await withBridge(async ({ url }) => {
      loaded = await openPage(browser!, `${url}/#/simulator?seed=3`);
      loaded.page.setDefaultTimeout(PATIENCE_MS);
      await loaded.page.getByRole('heading', { name: 'event 1' }).waitFor();
    });
    const { page, judge } = loaded!;
    await page.getByLabel('Seed').fill('5');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.waitForURL('**/#/simulator?seed=5');
    await page.getByRole('heading', { name: 'event 1' }).waitFor();
    await page.getByRole('button', { name: 'Next election' }).click();
    await page.locator('.events').getByText('leads term').waitFor();
    await judge({ lostStore: true });
    await page.context().close();
  }),
);

shown(
  'axe finds no fault in the simulator, light, dark and forced, wide and narrow',
  async ({ page, goTo, shows, judge }) => {
    await page.getByRole('heading', { name: 'Simulator', level: 1 }).waitFor();
    await inEachLook(page, (fits) => fits('without a seed'));
    await goTo('seed=3&at=3000&read=2990');
    await shows(3_000);
    await page.getByText('faults, elections and their ends').click();
    await page.getByRole('button', { name: 'Heartbeats' }).click();
    await inEachLook(page, (fits) => fits('a moment'));
    await goTo('seed=x');
    await page.getByRole('alert').waitFor();
    await inEachLook(page, (fits) => fits('no seed'));
    await judge();
  },
);

test.run();
