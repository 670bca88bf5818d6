import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const HOST = '127.0.0.1';

/** A port, or a Unix socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** Which of the two ways are stopped: `forth` is from those who connect to the target. */
export interface Stopped {
  readonly forth: boolean;
  readonly back: boolean;
}

/**
 * A proxy of TCP or of Unix sockets that behaves as a network may. A stopped way loses nothing: it holds what was sent, also the end of
 * a connection, and delivers it late. Nobody can connect while either way is stopped, since that takes both.
 */
export interface TcpProxy {
  /** Where to dial it. */
  readonly at: Place;
  /** Leads later connections to `target`; until this is called for the first time there is nobody there. */
  leadTo(target: Place): void;
  stop(ways: Stopped): void;
  /** Breaks every connection off on both sides, by RST where it is TCP. */
  reset(): void;
  readonly connections: number;
  close(): Promise<void>;
}

/** One connection: what is sent from `near`, the one who dialled, goes to `far`. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** Listens on the socket's path, or else on a free port of this machine. */
export async function openProxy(path?: string): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  /** Those who dial while nobody can connect; they are told nothing, and hung up on later. */
  const waiting = new Set<Socket>();
  let target: Place | undefined;
  let stopped: Stopped = { forth: false, back: false };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    near.on('error', ignore);
    if (stopped.forth || stopped.back) {
      waiting.add(near);
      near.on('end', () => near.destroy());
      near.on('close', () => waiting.delete(near));
      near.resume();
    } else if (target) {
      join(near, connect({ ...target, allowHalfOpen: true, noDelay: true }));
    } else {
      near.destroy();
    }
  });

  function join(near: Socket, far: Socket): void {
    far.on('error', ignore);
    const pair = { near, far };
    pairs.add(pair);
    relay(near, far, () => stopped.forth);
    relay(far, near, () => stopped.back);
    for (const socket of [near, far]) {
      socket.on('close', () => near.destroyed && far.destroyed && pairs.delete(pair));
    }
  }

  server.listen(path === undefined ? { host: HOST, port: 0 } : { path });
  await once(server, 'listening');
  return {
    at: path === undefined ? { host: HOST, port: (server.address() as AddressInfo).port } : { path },
    leadTo(next) {
      target = next;
    },
    stop(ways) {
      stopped = ways;
      for (const { near, far } of pairs) {
        steer(near, far, stopped.forth);
        steer(far, near, stopped.back);
      }
      if (!stopped.forth && !stopped.back) for (const near of waiting) near.destroy();
    },
    reset() {
      for (const { near, far } of pairs) for (const socket of [near, far]) breakOff(socket);
    },
    get connections() {
      return pairs.size;
    },
    async close() {
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
      for (const near of waiting) near.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes on what comes, at the pace at which it is taken, and the end. */
function relay(from: Socket, to: Socket, isStopped: () => boolean): void {
  from.on('data', (chunk) => {
    // The host that is gone cannot say so while the other way is stopped.
    if (!to.destroyed && !to.write(chunk)) from.pause();
  });
  to.on('drain', () => !isStopped() && from.resume());
  // A paused socket still tells of an end that nothing was sent before.
  from.on('end', () => !isStopped() && to.end());
  // What one that is gone has sent is still delivered.
  from.on('close', () => !isStopped() && to.destroySoon());
}

function steer(from: Socket, to: Socket, isStopped: boolean): void {
  if (isStopped) from.pause();
  else if (from.destroyed) to.destroySoon();
  else if (from.readableEnded) to.end();
  else if (!to.writableNeedDrain) from.resume();
}

function breakOff(socket: Socket): void {
  // A Unix socket has no address, and knows no reset.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** What goes wrong with a connection ends it, and `close` says so. */
function ignore(): void {}
