import type { Socket } from 'node:net';

/** Connections to a listener whose peers have not proved yet who they are. */
export interface Strangers {
  /** Counts a connection; if there are too many then, the oldest one is destroyed. */
  arrived(socket: Socket): void;
  /** The peer has proved itself: its connection is counted no more. */
  left(socket: Socket): void;
}

/**
 * The oldest gives way, and not the newest: a friend proves itself within milliseconds, so it gets in past any
 * number of strangers who keep still.
 */
export function createStrangers(maxStrangers: number): Strangers {
  const sockets = new Set<Socket>();

  function left(socket: Socket): void {
    sockets.delete(socket);
  }

  return {
    arrived(socket) {
      sockets.add(socket);
      socket.once('close', () => left(socket));
      for (const oldest of sockets) {
        if (sockets.size <= maxStrangers) break;
        left(oldest);
        oldest.destroy();
      }
    },
    left,
  };
}

/** What a connection may still take from a peer that has not proved itself. */
export interface Allowance {
  /** Takes a frame's bytes off; false if it is too much, and then the frame must not be read. */
  admits(bytes: number): boolean;
  /** The peer has proved itself. */
  lift(): void;
}

/**
 * Destroys the socket when more than `maxBytes` have come, frames and what there is of an unfinished one together.
 * What has been read from the socket is counted after its reader has had it, since the bytes behind a proof may
 * come together with it; frames are counted one by one.
 */
export function createAllowance(socket: Socket, maxBytes: number): Allowance {
  let read = 0;
  let admitted = 0;
  let lifted = false;
  const count = (chunk: Buffer) => {
    read += chunk.length;
    if (!lifted && read > maxBytes) socket.destroy();
  };
  socket.on('data', count);
  return {
    admits(bytes) {
      if (lifted) return true;
      admitted += bytes;
      return admitted <= maxBytes;
    },
    lift() {
      lifted = true;
      socket.off('data', count);
    },
  };
}
