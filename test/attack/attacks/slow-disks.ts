import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreAttack } from '../attack.ts';
import { noneEnded, sellsAfterwards, staysInTerm } from '../rules.ts';

/** Milliseconds that each sync takes longer, on all catalogs at once. */
const STEP_MS = 500;

const folder = mkdtempSync(join(tmpdir(), 'bazar-slow-'));
const delayFile = join(folder, 'delay-ms');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

export const slowDisks: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'slow-disks',
  harm: 'Disks that become slow on a majority make one election follow the other, and nothing is sold meanwhile.',
  needs: {
    env: {
      BAZAR_TEST_DELAY_FILE: delayFile,
      get NODE_OPTIONS() {
        return `${process.env.NODE_OPTIONS ?? ''} --import ${new URL('../slow-disk.js', import.meta.url)}`;
      },
    },
  },
  async run(_store, { seconds }) {
    writeFileSync(delayFile, String(STEP_MS));
    await sleep(seconds * 1000);
    rmSync(delayFile);
    return { 'ms more a sync': STEP_MS };
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...staysInTerm(measured),
    ...(measured.purchases.during.confirmed > 0 ? [] : ['nothing was sold while the disks were slow']),
    ...sellsAfterwards(measured),
  ],
};
