import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Line } from './connection.ts';

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

/** The frames that one event-loop turn sends to a client leave in one write. */
export function createLine(
  client: WebSocket,
  socket: Socket,
  isLocal: boolean,
  flow: Flow,
  endOfTurn: (run: () => void) => void,
  onCut: (reason: string) => void,
): Line {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  return {
    address: socket.remoteAddress ?? '',
    isLocal,
    get isOpen() {
      return client.readyState === client.OPEN;
    },
    get backlogBytes() {
      return client.bufferedAmount;
    },
    get isReady() {
      return !socket.writableNeedDrain;
    },
    send(text) {
      if (!corked) {
        corked = true;
        socket.cork();
        endOfTurn(uncork);
      }
      client.send(text);
    },
    pause: () => flow.hold('turns'),
    resume: () => flow.release('turns'),
    cut(reason) {
      onCut(reason);
      client.terminate();
    },
  };
}
