import type { Clock } from '../clock.ts';
import type { Connection } from './transport.ts';

/**
 * Envelopes on their way out of one connection: those of one event-loop turn leave as one frame. Bounded by the
 * bytes that wait here and in the connection.
 */
export interface Outbox {
  /** Takes an encoded envelope; false if it does not fit, and then it is not sent. */
  push(envelope: string): boolean;
  /** Sends what waits, now. */
  flush(): void;
  /** True if something was pushed since this was asked last. */
  takeActivity(): boolean;
  /** Bytes that wait here and in the connection. */
  readonly bytes: number;
}

export interface OutboxLimits {
  readonly maxFrameBytes: number;
  readonly maxOutboxBytes: number;
}

export function createOutbox(
  connection: Connection,
  clock: Clock,
  { maxFrameBytes, maxOutboxBytes }: OutboxLimits,
): Outbox {
  let frame = '';
  let frameBytes = 0;
  let flushing = false;
  let active = false;

  function flush(): void {
    if (frame === '') return;
    const full = `[${frame}]`;
    frame = '';
    frameBytes = 0;
    connection.send(full);
  }

  return {
    flush,
    push(envelope) {
      /** With the comma or bracket before it. */
      const bytes = Buffer.byteLength(envelope) + 1;
      if (bytes + 1 > maxFrameBytes) return false;
      if (connection.bufferedBytes + frameBytes + bytes + 1 > maxOutboxBytes) return false;
      if (frameBytes + bytes + 1 > maxFrameBytes) flush();
      frame = frame === '' ? envelope : `${frame},${envelope}`;
      frameBytes += bytes;
      active = true;
      if (!flushing) {
        flushing = true;
        clock.defer(() => {
          flushing = false;
          flush();
        });
      }
      return true;
    },
    takeActivity() {
      const was = active;
      active = false;
      return was;
    },
    get bytes() {
      return connection.bufferedBytes + frameBytes;
    },
  };
}
