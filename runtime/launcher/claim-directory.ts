import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { touchPrivately } from './private-files.ts';

/**
 * One launcher a data directory, with nothing to clean up after a crash. A launcher makes an empty file named
 * after itself, `launcher.PID.START`, and only then looks for others. Whoever sees another live one gives way:
 * two that start in the same instant may both give way, but never both go on. A name says which process it is
 * (a pid that was given out again has another start time), so removing a dead one's file takes nobody's place.
 */

const CLAIM = /^launcher\.(\d+)\.(\w+)$/;

/** Claims the directory; resolves to the release, or to the pid of the launcher that has it. */
export async function claimDirectory(directory: string): Promise<(() => Promise<void>) | number> {
  const own = `launcher.${process.pid}.${await processStart(process.pid)}`;
  const file = join(directory, own);
  await touchPrivately(file);
  const release = () => rm(file, { force: true });

  for (const name of await readdir(directory)) {
    const [, pid, start] = CLAIM.exec(name) ?? [];
    if (pid === undefined || name === own) continue;
    if ((await processStart(Number(pid))) === start) {
      await release();
      return Number(pid);
    }
    await rm(join(directory, name), { force: true });
  }
  return release;
}

/** When a live process was started, as one word in the system's own terms; `undefined` if there is none. */
export async function processStart(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
}

/** Field 22 of /proc/PID/stat (proc(5)); the command's name before it may hold spaces and brackets. */
async function startOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : fields[18];
}

async function startByPs(pid: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.replace(/\W/g, '') || undefined;
}
