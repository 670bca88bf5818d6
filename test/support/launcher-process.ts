import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** `npm start` as a child process: the real launcher, without npm. */
export interface LauncherProcess {
  readonly child: ChildProcess;
  /** What it and its children have written so far; the end of it, if that is much. */
  readonly said: { readonly stdout: string; readonly stderr: string };
  /** Its exit code, once it has ended; null if a signal ended it. */
  readonly exited: Promise<number | null>;
}

const LAUNCHER = fileURLToPath(new URL('../../runtime/launcher/start.cjs', import.meta.url));
const KEPT = 256 * 1024;

/** `ownGroup`: in a process group of its own, as a shell starts it. */
export function spawnLauncher(
  args: readonly string[],
  { env = {}, ownGroup = false }: { env?: Record<string, string>; ownGroup?: boolean } = {},
): LauncherProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(BAZAR_|REDIS_URL$)/.test(name));
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    detached: ownGroup,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.stdout = (said.stdout + text).slice(-KEPT);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr = (said.stderr + text).slice(-KEPT);
  });
  // Whoever ends before the launcher takes it along, and it takes its processes along.
  const takeAlong = () => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  return { child, said, exited: once(child, 'exit').then(([code]) => code) };
}

/** Runs the launcher until it ends by itself, with all that it wrote. */
export async function runLauncher(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, said } = spawnLauncher(args, { env });
  const [code] = await once(child, 'close');
  return { code, ...said };
}
