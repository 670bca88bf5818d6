import { processStart } from '../../runtime/launcher/lock.ts';

/** True while the process runs; one that has ended and only waits for its parent to notice does not. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== undefined;
}
