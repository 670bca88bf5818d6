import { watch } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Timer } from '../../runtime/clock.ts';

const FOLDERS = ['actors', 'bench', 'client', 'docs', 'gateway', 'runtime', 'storage', 'test'];

/** Milliseconds without a further change until the work begins: an editor writes a file in several steps. */
const QUIET_MS = 200;

/** Does the work after each change of a source file, once for the changes that come while it is being done. */
export function onChanges(root: string, work: () => Promise<void>): void {
  let timer: Timer | undefined;
  let working = false;
  let again = false;

  async function begin(): Promise<void> {
    if (working) {
      again = true;
      return;
    }
    working = true;
    do {
      again = false;
      await work();
    } while (again);
    working = false;
  }

  for (const folder of FOLDERS) {
    watch(join(root, folder), { recursive: true }, (_, name) => {
      if (!/\.(ts|js|mjs|md)$/.test(String(name))) return;
      if (timer !== undefined) systemClock.clearTimeout(timer);
      timer = systemClock.setTimeout(() => void begin(), QUIET_MS);
    });
  }
}
