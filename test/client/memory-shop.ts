import { SAMPLE_BOOKS } from '../../client/sample-books.ts';
import { createContext } from '../../gateway/bridge/create-context.ts';
import { createOperations } from '../../gateway/bridge/operations/index.ts';
import { createRpcConnection, type Line, type RpcConnection } from '../../gateway/bridge/rpc/connection.ts';
import { createMethods } from '../../gateway/bridge/rpc/methods.ts';
import { type Clock, systemClock } from '../../runtime/clock.ts';
import type { Book } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS as limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { type Currency, NO_CURRENCY } from '../../runtime/money.ts';
import { createMemoryService } from '../support/memory-service.ts';
import { type Handler, type Received, SILENCE, type Wire } from './rpc-server.ts';

/** The sample books in memory behind the store's own JSON-RPC. */
export interface MemoryShop {
  /** Answers by itself, as the store does, whatever wire a call came by. */
  readonly handle: Handler;
  /** Everything that was asked. */
  readonly calls: Pick<Received, 'method' | 'params'>[];
  book(id: number): Book | undefined;
}

export const TOKEN = 'open-sesame';
export const READER_TOKEN = 'open-book';

/** On a clock that stands still nothing depends on how fast this machine is, such as the rest after a page. */
export async function createMemoryShop(
  clock: Clock = systemClock,
  currency: Currency = NO_CURRENCY,
): Promise<MemoryShop> {
  const service = await createMemoryService(SAMPLE_BOOKS);
  const tokens = { adminToken: TOKEN, readerToken: READER_TOKEN };
  const context = createContext({
    service,
    cluster: 'shop',
    ...tokens,
    currency,
    limits,
    clock,
    logger: silentLogger,
  });
  const methods = createMethods(context, createOperations(limits, currency));
  const connections = new WeakMap<Wire, RpcConnection>();
  const calls: MemoryShop['calls'] = [];

  function connectionOf(wire: Wire): RpcConnection {
    const known = connections.get(wire);
    if (known) return known;
    const line: Line = {
      address: 'memory',
      isLocal: true,
      isOpen: true,
      backlogBytes: 0,
      isReady: true,
      send: (text) => wire.send(text),
      pause() {},
      resume() {},
      cut: () => wire.close(),
    };
    const connection = createRpcConnection({ line, context, methods });
    connections.set(wire, connection);
    return connection;
  }

  return {
    handle({ method, params, from, text }) {
      calls.push({ method, params });
      connectionOf(from).received(text);
      return SILENCE;
    },
    calls,
    book: (id) => service.state.book(id),
  };
}
