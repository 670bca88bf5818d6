import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import type { Dial } from '../../client/socket.ts';
import { createContext } from '../../gateway/bridge/create-context.ts';
import { createMetrics } from '../../gateway/bridge/metrics.ts';
import { createOperations } from '../../gateway/bridge/operations/index.ts';
import { createRpcConnection, type Line } from '../../gateway/bridge/rpc/connection.ts';
import { createMethods } from '../../gateway/bridge/rpc/methods.ts';
import type { GatewayService } from '../../gateway/service.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import type { SimNetwork } from './network.ts';
import type { SimProcess } from './scheduler.ts';

export const ADMIN_TOKEN = 'simulated admin token';
const READER_TOKEN = 'simulated reader token';
/** Bytes on their way to a client after which a socket would take no more for now. */
const SOCKET_BYTES = 16_384;
/** WebSocket's own frames, which JSON-RPC never sees. */
const PING = 'ping';
const PONG = 'pong';

/** One registry for all gateways: each would watch the event loop of this one process. */
const metrics = createMetrics();
const operations = new WeakMap<Limits, ReturnType<typeof createOperations>>();

function operationsOf(limits: Limits): ReturnType<typeof createOperations> {
  const known = operations.get(limits) ?? createOperations(limits);
  operations.set(limits, known);
  return known;
}

/** Opens a gateway's door for clients: its real JSON-RPC, over the simulated network in the place of sockets. */
export function openClientDoor(options: {
  readonly network: SimNetwork;
  readonly process: SimProcess;
  readonly service: GatewayService;
  readonly clock: Clock;
  readonly limits: Limits;
}): void {
  const { network, process, limits } = options;
  const tokens = { adminToken: ADMIN_TOKEN, readerToken: READER_TOKEN };
  const context = createContext({ ...options, cluster: 'shop', ...tokens, logger: silentLogger, metrics });
  const methods = createMethods(context, operationsOf(limits));

  network.openDoor(process, (socket) => {
    let isOpen = true;
    let isPaused = false;
    const unread: string[] = [];
    const line: Line = {
      address: '127.0.0.1',
      isLocal: true,
      get isOpen() {
        return isOpen;
      },
      get backlogBytes() {
        return socket.bufferedBytes;
      },
      get isReady() {
        return socket.bufferedBytes < SOCKET_BYTES;
      },
      send: socket.send,
      pause() {
        isPaused = true;
      },
      resume() {
        isPaused = false;
        while (!isPaused && unread.length > 0) connection.received(unread.shift()!);
      },
      cut: socket.close,
    };
    const connection = createRpcConnection({ line, context, methods });
    socket.onDrained(connection.drained);
    return {
      opened() {},
      frame(text) {
        if (text === PING) socket.send(PONG);
        else if (isPaused) unread.push(text);
        else connection.received(text);
      },
      closed() {
        isOpen = false;
        connection.closed();
      },
    };
  });
}

/** How the client library reaches a door: pings count as over real sockets (`client/socket.ts`). */
export function simulatedDial(network: SimNetwork, process: SimProcess, clock: Clock): Dial {
  const { pingIntervalMs, maxMissedPings } = DEFAULT_CLIENT_LIMITS;
  return (url, events) => {
    let missed = 0;
    let timer: Timer | undefined;
    let fault: string | undefined;
    const { host, pathname } = new URL(url);

    function keepAlive(): void {
      if (missed >= maxMissedPings) {
        fault = 'it shows no sign of life';
        socket.close();
        return;
      }
      missed++;
      socket.send(PING);
      timer = clock.setTimeout(keepAlive, pingIntervalMs);
    }

    const socket = network.transport(process).dial(`sim://${host}${pathname}`, {
      opened() {
        timer = clock.setTimeout(keepAlive, pingIntervalMs);
        events.opened();
      },
      frame(text) {
        missed = 0;
        if (text !== PONG) events.frame(text);
      },
      closed(reason) {
        clock.clearTimeout(timer);
        events.closed(fault ?? reason);
      },
    });
    return socket;
  };
}
