import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { accessFaults } from './browser.ts';

/** How wide a reader's window is and what colours it has: each colour and each width once, as no colour depends on the width. */
const LOOKS = [
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 2560 },
  { forcedColors: 'active', width: 1280 },
] as const;

/**
 * Gives a page one look after the other, and calls `show` in each. It stays the same page, so that nothing is loaded and
 * run anew; what it moves is still.
 */
export async function inEachLook(
  page: Page,
  show: (fits: (what: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const { width, ...colours } of LOOKS) {
    await page.emulateMedia({ colorScheme: null, forcedColors: null, ...colours, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 844 });
    await show((what) => assertFits(page, `${what}, ${JSON.stringify(colours)}, ${width} px`));
  }
}

/** Axe finds no fault with what is shown now, and it is neither too wide nor does it move. */
async function assertFits(page: Page, where: string): Promise<void> {
  assert.equal(await accessFaults(page), [], where);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${where} is ${overflow} px too wide`);
  assert.is(await page.evaluate(() => document.getAnimations().length), 0, `${where} moves`);
}
