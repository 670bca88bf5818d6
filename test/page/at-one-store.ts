import type { Browser } from 'playwright-core';
import { test } from 'uvu';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { needs } from '../support/needs.ts';
import { launchBrowser } from './browser.ts';

type Shown = (name: string, use: (cluster: LauncherCluster, browser: Browser) => Promise<void>) => void;

/**
 * What declares the tests of a file that share one store and one browser: what one has bought is gone for those after it.
 * `args`: further ones of the store's start.
 */
export function atOneStore(args: readonly string[] = []): Shown {
  let opened: { readonly cluster: LauncherCluster; readonly browser: Browser } | undefined;
  test.before(async () => {
    if (!(await findOnPath('chromium'))) return;
    opened = { cluster: await startLauncherCluster({ args }), browser: await launchBrowser() };
  });
  test.after(async () => {
    await opened?.browser.close();
    await opened?.cluster.stop();
  });
  return (name, use) => {
    const work = () => use(opened!.cluster, opened!.browser);
    test(name, needs('chromium', name, work));
  };
}
