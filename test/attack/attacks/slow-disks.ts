import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreAttack } from '../attack.ts';
import { leadsAgain, noneEnded, sellsAfterwards, staysInTerm } from '../rules.ts';

/** Milliseconds that each sync takes longer, on all catalogs at once. */
const STEP_MS = 500;

/** Where every process of the store looks for how much slower its disk is; not there while all is well. */
const delayFile = () => join(tmpdir(), `bazar-delay-ms-${process.pid}`);

export const slowDisks: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'slow-disks',
  harm: 'Disks that become slow on a majority make one election follow the other, and nothing is sold meanwhile.',
  needs: {
    get env() {
      const slow = new URL('../slow-disk.js', import.meta.url);
      return {
        TEST_DELAY_FILE: delayFile(),
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${slow}`,
      };
    },
  },
  async run(_store, { seconds }) {
    writeFileSync(delayFile(), String(STEP_MS));
    try {
      await sleep(seconds * 1000);
    } finally {
      rmSync(delayFile());
    }
    return { 'ms more a sync': STEP_MS };
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...leadsAgain(measured),
    ...(measured.purchases.during.confirmed > 0 ? [] : ['nothing was sold while the disks were slow']),
    ...sellsAfterwards(measured),
  ],
  pace: staysInTerm,
};
