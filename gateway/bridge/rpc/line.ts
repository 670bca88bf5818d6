import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Line } from './connection.ts';
import { MAX_FRAMED, textFrame } from './text-frames.ts';

/** Reads a client while nobody holds it back: neither calls that wait their turn, nor other clients' messages. */
export interface Flow {
  hold(reason: Reason): void;
  release(reason: Reason): void;
  isHeldBy(reason: Reason): boolean;
}

type Reason = 'turns' | 'intake';

export function createFlow(client: WebSocket, onChange: () => void): Flow {
  const reasons = new Set<Reason>();
  return {
    hold(reason) {
      reasons.add(reason);
      client.pause();
      onChange();
    },
    release(reason) {
      if (!reasons.delete(reason)) return;
      if (reasons.size === 0) client.resume();
      onChange();
    },
    isHeldBy: (reason) => reasons.has(reason),
  };
}

/** A line whose frames of one event-loop turn leave in one write. */
export interface GatheringLine extends Line {
  /** Hands over what was gathered; to be called before anything else is sent to the client but pings. */
  flush(): void;
}

/** The frames are texts of a character for each byte, which are joined and written at less cost than buffers. */
export function createLine(
  client: WebSocket,
  socket: Socket,
  isLocal: boolean,
  flow: Flow,
  endOfTurn: (run: () => void) => void,
  onCut: (reason: string) => void,
): GatheringLine {
  let gathered = '';
  let isDue = false;
  const finish = () => {
    isDue = false;
    flush();
  };

  function flush(): void {
    if (gathered === '') return;
    const frames = gathered;
    gathered = '';
    // Nothing may follow the frame that says goodbye.
    if (client.readyState === client.OPEN) socket.write(frames, 'latin1');
  }

  return {
    address: socket.remoteAddress ?? '',
    isLocal,
    get isOpen() {
      return client.readyState === client.OPEN;
    },
    get backlogBytes() {
      return client.bufferedAmount + gathered.length;
    },
    get isReady() {
      return !socket.writableNeedDrain;
    },
    send(text) {
      if (text.length > MAX_FRAMED) {
        // The library frames it.
        flush();
        client.send(text);
        return;
      }
      gathered += textFrame(text);
      // So that the socket says in time that it has enough.
      if (gathered.length >= socket.writableHighWaterMark) flush();
      else if (!isDue) {
        isDue = true;
        endOfTurn(finish);
      }
    },
    flush,
    pause: () => flow.hold('turns'),
    resume: () => flow.release('turns'),
    cut(reason) {
      onCut(reason);
      client.terminate();
    },
  };
}
