import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import { createTurnstile, type Entrant } from '../../runtime/turnstile.ts';

/**
 * Reads the large messages of all clients a piece at a time: at `unfinishedBytesPerSecond` in all, client addresses in
 * turns. What was read of a message that is cut off stays in memory until it is collected, so only a bounded rate
 * of reading bounds it. Messages that come in one piece never wait.
 */
export interface Intake {
  /** One connection. `pause` stops reading it, `resume` goes on. */
  open(address: string, valve: Valve): Pieces;
  stop(): void;
}

export interface Valve {
  pause(): void;
  resume(): void;
}

export interface Pieces {
  /** A piece of so many bytes was read, and its message goes on: pauses the connection until its turn. */
  took(bytes: number): void;
  close(): void;
}

/** Bytes that a connection may have read already when it is paused: one piece. */
export const READ_AHEAD_BYTES = 64 * 1024;

export function createIntake(limits: Limits, clock: Clock): Intake {
  const turnstile = createTurnstile({
    clock,
    inWork: 1,
    // Each connection waits once at most.
    waiting: Number.POSITIVE_INFINITY,
    bytesPerSecond: limits.unfinishedBytesPerSecond,
  });
  return {
    open(address, { pause, resume }) {
      const entrant: Entrant = { group: address };
      let waits = false;
      return {
        took(bytes) {
          if (waits) return;
          waits = true;
          pause();
          turnstile.enter(entrant, clock.monotonic() + limits.frameTimeoutMs).then(
            (leave) => {
              waits = false;
              leave(bytes);
              resume();
            },
            // It has gone, or is cut off for its message is late.
            () => {},
          );
        },
        close: () => turnstile.withdraw(entrant),
      };
    },
    stop: turnstile.stop,
  };
}
