import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TSX } from '../support/tsx.ts';
import type { Purchases } from './attack.ts';

/** Buys one book all the time, and tells what it met. */
export interface Buyer {
  /** What it met since the last time. */
  settle(): Promise<Purchases>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./buyer-process.ts', import.meta.url));

/** The book must have copies enough. Resolves once a first purchase could be tried. */
export async function startBuyer(url: string, book: number): Promise<Buyer> {
  const child: ChildProcess = spawn(process.execPath, ['--import', TSX, PROGRAM, url, String(book)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');

  async function settle(): Promise<Purchases> {
    const answer = once(child, 'message');
    child.send('settle');
    const [purchases] = await Promise.race([
      answer,
      ended.then(() => Promise.reject(new Error('the buyer ended'))),
    ]);
    return purchases;
  }

  await settle();
  return {
    settle,
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}
