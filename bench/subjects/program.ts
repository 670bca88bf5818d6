import { fork } from 'node:child_process';
import { once } from 'node:events';
import { TSX } from '../../test/support/tsx.ts';
import type { Running } from './subject.ts';

/**
 * Starts a program of a floor or a peer in a process of its own. It says where it listens (`saysReady`) and ends when
 * this process closes the channel between them, however that comes.
 */
export async function startProgram(file: URL, settings: object = {}): Promise<Running> {
  const child = fork(file, [JSON.stringify(settings)], {
    execArgv: ['--import', TSX],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => Promise.reject(new Error(`${file.pathname} ended with ${code}`)));
  ended.catch(() => {});
  const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  return {
    url,
    pids: [child.pid!],
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** What `startProgram` was given, inside the program. */
export function settingsOf<Settings>(): Settings {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Tells who started this program where it listens. */
export function saysReady(url: string): void {
  process.once('disconnect', () => process.exit());
  process.send?.({ url });
}
