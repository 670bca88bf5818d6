import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { processStart } from '../../runtime/launcher/claim-directory.ts';

const run = promisify(execFile);

/** True while the process runs; one that has ended and only waits for its parent to notice does not. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== undefined;
}

/** Bytes of memory that a process has in use now (`ps`, rss). */
export async function residentBytes(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1024;
}
