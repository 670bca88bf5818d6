import { systemClock } from '../../runtime/clock.ts';
import { helpText } from '../../runtime/launcher/config.ts';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import {
  type LauncherCluster,
  type LauncherClusterOptions,
  startLauncherCluster,
} from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Attack, Intensity, Measured, StoreAttack } from './attack.ts';
import { startBuyer } from './buyer.ts';
import { BOUGHT_BOOK } from './goods.ts';
import { startMeter } from './meter.ts';

/** Makes one attack after the other, each from a known beginning, and judges what was measured. */

/** MiB of the heap of every process of an attacked store. */
const HEAP_MIB = 512;
/** Milliseconds of purchases before an attack, and afterwards. */
const CALM_MS = 2_000;
/** Milliseconds in which a store must sell again after an attack. */
const RECOVERY_LIMIT_MS = 20_000;

export interface Report {
  readonly attack: Attack;
  readonly measured?: Partial<Measured>;
  /** What is wrong, a clause each; nothing if the store held. */
  readonly wrong: readonly string[];
  /** Why it was not made. */
  readonly skipped?: string;
  /** What went wrong with the attack itself, so that nothing is known of the store. */
  readonly broken?: string;
  readonly seconds: number;
}

/** From now on all children of this process, and theirs, have a small heap. */
export function limitHeaps(): void {
  process.env.NODE_OPTIONS = `--max-old-space-size=${HEAP_MIB}`;
}

/** Makes the attack on a store of its own, which is gone afterwards. Never rejects. */
export async function make(attack: Attack, intensity: Intensity): Promise<Report> {
  const began = systemClock.monotonic();
  const report = (result: Omit<Report, 'attack' | 'seconds'>): Report => ({
    attack,
    ...result,
    seconds: (systemClock.monotonic() - began) / 1000,
  });
  try {
    if (attack.kind === 'store') {
      const store = await openStore(attack.needs);
      try {
        const { measured, wrong, slow } = await attackStore(attack, store, intensity);
        return report({ measured, wrong: [...wrong, ...slow] });
      } finally {
        await store.stop();
      }
    }
    const { program } = attack;
    if (program && !(await findOnPath(program))) {
      return report({ wrong: [], skipped: `no ${program} on the PATH` });
    }
    const seen = await attack.run(intensity);
    return report({ measured: { seen }, wrong: attack.verdict({ seen }) });
  } catch (error) {
    return report({ wrong: [], broken: (error as Error).message.split('\n')[0]?.slice(0, 200) });
  }
}

/** A store that is ready, whose books for the steady buyer never end. */
export async function openStore(needs: LauncherClusterOptions): Promise<LauncherCluster> {
  const store = await startLauncherCluster(needs);
  try {
    await store.whole();
    await store.request('PATCH', `/books/${BOUGHT_BOOK}`, { admin: true, body: { stock: 1_000_000_000 } });
    return store;
  } catch (error) {
    await store.stop();
    throw error;
  }
}

/** Makes the attack on a store that is there, beside a steady buyer. */
export async function attackStore(
  attack: StoreAttack,
  store: LauncherCluster,
  intensity: Intensity,
  calmMs = CALM_MS,
): Promise<{ measured: Measured; wrong: readonly string[]; slow: readonly string[] }> {
  await attack.prepare?.(store, intensity);
  const buyer = await startBuyer(store.url, BOUGHT_BOOK);
  try {
    const pause = () => new Promise((resolve) => setTimeout(resolve, calmMs));
    await pause();
    await buyer.settle();
    await pause();
    const meter = await startMeter(store);
    const before = await buyer.settle();
    const seen = await attack.run(store, intensity);
    const during = await buyer.settle();
    let after = during;
    await eventually(
      'purchases after the attack',
      async () => {
        await pause();
        after = await buyer.settle();
        return after.confirmed > 0;
      },
      RECOVERY_LIMIT_MS,
    ).catch(() => {});
    const measured = { ...(await meter.stop()), seen, purchases: { before, during, after } };
    return { measured, wrong: attack.verdict(measured), slow: attack.pace?.(measured) ?? [] };
  } finally {
    await buyer.stop();
  }
}

/** Arguments that make links use TCP, for attacks on their ports; none where they use nothing else. */
export function tcpLinks(): readonly string[] {
  return /--links\b/.test(helpText()) ? ['--links', 'tcp'] : [];
}
