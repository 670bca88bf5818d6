import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import type { Result } from './result.ts';

const run = promisify(execFile);
const GIB = 1024 ** 3;
/** Rounds of the spin: a few tens of milliseconds of one core. */
const SPINS = 20_000_000;

export function describeMachine(): Result['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / GIB),
    system: `${type()} ${release()}`,
    node: process.version,
    load: Number(loadavg()[0]!.toFixed(2)),
  };
}

/** The commit that is checked out, with a `+` where the source differs from it; `unknown` without git. */
export async function describeCommit(): Promise<string> {
  const git = async (...args: string[]) => (await run('git', args)).stdout.trim();
  try {
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

/** Milliseconds that a fixed piece of work takes now: more where the machine has other work, or is throttled. */
export function spin(): number {
  const began = performance.now();
  let value = 1;
  for (let round = 0; round < SPINS; round += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  const tookMs = performance.now() - began;
  return value === 0 ? Number.NaN : Number(tookMs.toFixed(2));
}
