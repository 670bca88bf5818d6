import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { systemClock } from '../../runtime/clock.ts';
import { TSX } from '../support/tsx.ts';
import type { Mutant } from './mutant.ts';

const HUNT = fileURLToPath(new URL('./hunt.ts', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const REGISTER = new URL('./register.js', import.meta.url).href;

/** How the hunt for one mutant ended. */
export interface Chase {
  readonly mutant: Mutant;
  /** Seeds that were run with it. */
  readonly seeds: number;
  readonly seconds: number;
  /** Present if it was caught: the last of the seeds, and what the simulation found broken. */
  readonly finding?: string;
  /** Present if not: it survived, or what was found there is no fault of the mutant. */
  readonly problem?: string;
}

const Hunted = z.object({ seed: z.int(), failure: z.string().optional() });

/**
 * Runs the simulation with the mutant, seed after seed, in a process of its own. What breaks counts only if the
 * same seed with the same plan goes well without the mutant.
 */
export async function chase(mutant: Mutant, limitMs: number): Promise<Chase> {
  const began = systemClock.monotonic();
  const ended = (seeds: number, verdict: Pick<Chase, 'finding' | 'problem'>): Chase => {
    return { mutant, seeds, seconds: (systemClock.monotonic() - began) / 1000, ...verdict };
  };
  try {
    if (mutant.test !== undefined) {
      if (await passes(mutant, mutant.test, true, limitMs))
        return ended(0, { problem: `survives ${mutant.test}` });
      if (await passes(mutant, mutant.test, false, limitMs)) return ended(1, { finding: mutant.test });
      return ended(0, { problem: `${mutant.test} fails without it too` });
    }
    const { seed, failure } = await hunt(mutant, 1, mutant.seeds, true, limitMs);
    if (failure === undefined) return ended(seed, { problem: `survives seeds 1 to ${mutant.seeds}` });
    const control = await hunt(mutant, seed, seed, false, limitMs);
    if (control.failure === undefined) return ended(seed, { finding: failure });
    return ended(seed, { problem: `seed ${seed} fails without it too: ${control.failure}` });
  } catch (error) {
    return ended(0, { problem: error instanceof Error ? error.message : String(error) });
  }
}

/** Whether the tests of a file pass with the mutant, or without. */
function passes(mutant: Mutant, file: string, switchedOn: boolean, limitMs: number): Promise<boolean> {
  const args = ['--import', switchedOn ? REGISTER : TSX, file];
  const options = {
    cwd: PROJECT,
    env: { ...process.env, BAZAR_MUTANT: mutant.name },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      process.off('exit', end);
      if (error?.killed) reject(new Error(`not done within ${limitMs} ms`));
      // A file that could not even be loaded has found nothing.
      else if (error && !/FAIL|Exiting early/.test(stdout + stderr)) reject(error);
      else resolve(!error);
    });
    const end = () => void child.kill('SIGKILL');
    process.once('exit', end);
  });
}

function hunt(mutant: Mutant, first: number, last: number, switchedOn: boolean, limitMs: number) {
  const loader = ['--import', switchedOn ? REGISTER : TSX];
  const args = [...loader, HUNT, mutant.name, String(first), String(last)];
  const options = {
    env: { ...process.env, BAZAR_MUTANT: mutant.name },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  } as const;
  return new Promise<z.infer<typeof Hunted>>((resolve, reject) => {
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      process.off('exit', end);
      if (error?.killed) reject(new Error(`not done within ${limitMs} ms`));
      else if (error) reject(new Error(stderr.trim() || error.message));
      else resolve(Hunted.parse(JSON.parse(stdout)));
    });
    const end = () => void child.kill('SIGKILL');
    process.once('exit', end);
  });
}
