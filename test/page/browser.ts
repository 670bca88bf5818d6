import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';

/** A real browser for a test, which speaks to nobody but the page under test. */

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that notes what it must not do. */
export interface OpenedPage {
  readonly page: Page;
  /** What was against the policy, went to another host, or was an error on the console: a line each. */
  faults(options?: { readonly lostStore?: boolean }): Promise<readonly string[]>;
  /** Fails where there are any. */
  judge(options?: { readonly lostStore?: boolean }): Promise<void>;
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findOnPath('chromium');
  if (executablePath === undefined) throw new Error('there is no chromium');
  return chromium.launch({ executablePath, args: QUIET });
}

/** What a browser says by itself of a socket or a question that is refused while the gateway is dead. */
const LOST_STORE =
  /WebSocket connection to .* failed|Failed to load resource: net::ERR_(CONNECTION_|EMPTY_RESPONSE)/;

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const { host } = new URL(url);
  const noted: string[] = [];
  const note = (address: string) => {
    const there = new URL(address);
    if (there.protocol !== 'data:' && there.host !== host) noted.push(`asks ${address}`);
  };
  page.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url().replace(/^ws/, 'http')));
  page.on('pageerror', (error) => noted.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) noted.push(message.text());
  });
  // What a test evaluates in the page has been compiled: each named function gets its name by this.
  await page.addInitScript('globalThis.__name ??= (made) => made');
  await page.addInitScript(() => {
    const broken: string[] = [];
    Object.assign(globalThis, { broken });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      broken.push(`${violatedDirective}: ${blockedURI}`);
    });
  });
  await page.goto(url);
  async function faults({ lostStore = false } = {}): Promise<readonly string[]> {
    const broken = await page.evaluate(() => (globalThis as unknown as { broken: string[] }).broken);
    const told = lostStore ? noted.filter((fault) => !LOST_STORE.test(fault)) : noted;
    return [...broken, ...told];
  }
  return { page, faults, judge: async (options) => assert.equal(await faults(options), []) };
}

/** Keeps a picture for the README where `BAZAR_SCREENSHOTS` names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.BAZAR_SCREENSHOTS;
  if (folder === undefined) return;
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe-core finds wrong with the page, a line each. */
export async function accessFaults(page: Page): Promise<string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(AXE);
  const found = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(where: unknown, options: unknown): Promise<AxeResult> };
    };
    return (await axe.run(document, { runOnly: { type: 'tag', values: rules } })).violations;
  }, RULES);
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id} (${help}): ${html.slice(0, 160)}`),
  );
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
