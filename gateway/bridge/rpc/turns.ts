import type { Limits } from '../../../runtime/limits.ts';
import { type Account, PIECE_BYTES } from '../shared-bytes.ts';

/**
 * The calls of one connection that run one after another, each once the client has taken the answers before it.
 * What waits is bounded in bytes: at more the connection is not read until half of it has run.
 */
export interface Turns {
  /** Runs the work when its turn has come; `bytes` is what it holds until then. */
  run<T>(work: () => Promise<T>, bytes: number): Promise<T>;
  /** The line has been drained, or closed. */
  drained(): void;
}

/** What the turns look at. */
interface Reading {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  pause(): void;
  resume(): void;
}

interface Waiting {
  readonly bytes: number;
  start(): Promise<void>;
}

/** A waiting call without its parameters: its promises and closures, about. */
const CALL_BYTES = 4 * PIECE_BYTES;

export function createTurns(line: Reading, limits: Limits, account: Account): Turns {
  const { maxClientQueueBytes } = limits;
  const queue: Waiting[] = [];
  let waitingBytes = 0;
  let running = false;
  let paused = false;
  let goOn = () => {};

  function weigh(bytes: number): void {
    waitingBytes += bytes;
    account.hold(waitingBytes);
    if (!paused && waitingBytes > maxClientQueueBytes) {
      paused = true;
      line.pause();
    } else if (paused && waitingBytes <= maxClientQueueBytes / 2) {
      paused = false;
      line.resume();
    }
  }

  function draining(): Promise<void> {
    return new Promise((resolve) => {
      goOn = resolve;
    });
  }

  async function runAll(): Promise<void> {
    running = true;
    for (let next = queue.shift(); next; next = queue.shift()) {
      while (line.isOpen && !line.isReady) await draining();
      await next.start();
      weigh(-next.bytes);
    }
    running = false;
  }

  return {
    run: (work, bytes) =>
      new Promise((resolve, reject) => {
        const waiting = { bytes: bytes + CALL_BYTES, start: () => work().then(resolve, reject) };
        queue.push(waiting);
        weigh(waiting.bytes);
        if (!running) void runAll();
      }),
    drained: () => goOn(),
  };
}

/** Bytes that checked parameters take, about. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 32 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 16;
  return Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 64);
}
