import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { spawnLauncher } from '../support/launcher-process.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** A launcher that may well refuse to start, for attacks on how a store is started. */
export interface Launched {
  readonly pid: number;
  readonly stderr: string;
  /** Undefined while it runs. */
  readonly code: number | null | undefined;
}

const START_LIMIT_MS = 60_000;

/** Starts a store in `data`, waits until it is ready or has ended, looks at it, and ends it. */
export async function launch<T>(
  data: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> },
  look: (launched: Launched) => T | Promise<T>,
): Promise<T> {
  const { child, said, exited } = spawnLauncher(
    ['--data', data, '--port', '0', '--no-redis', '--catalogs', '1', '--orders', '1', ...args],
    { env },
  );
  let code: number | null | undefined;
  void exited.then((value) => {
    code = value;
  });
  try {
    await eventually(
      'ready or refused',
      () => code !== undefined || /^ready /m.test(said.stdout),
      START_LIMIT_MS,
    );
    return await look({ pid: child.pid!, stderr: said.stderr, code });
  } finally {
    if (code === undefined) child.kill('SIGTERM');
    await exited;
  }
}

/** Does the work with the path of a data directory that is not there yet, in a folder that is gone afterwards. */
export function inFreshPlace<T>(work: (data: string, folder: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder((folder) => work(join(folder, 'data'), folder));
}

/** 1 if the launcher ended as one that refuses does: code 2, and one line. */
export function refusedInOneLine({ code, stderr }: Launched): number {
  return code === 2 && /^bazar: [^\n]+\n$/.test(stderr) ? 1 : 0;
}
