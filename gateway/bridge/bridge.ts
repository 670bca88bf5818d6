import type { AddressInfo } from 'node:net';
import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Currency } from '../../runtime/money.ts';
import type { LabLine } from '../lab-line.ts';
import type { GatewayService } from '../service.ts';
import type { Certificate } from './certificate.ts';
import { createContext } from './create-context.ts';
import type { Access } from './doorkeeper.ts';
import { answerHeldBooks } from './http/answer-held-books.ts';
import { createApp } from './http/app.ts';
import { boundBytes } from './http/bound-bytes.ts';
import { countRequests } from './http/count-requests.ts';
import { openDoor } from './http/door.ts';
import { guardRoutes } from './http/guard.ts';
import { openApiDocument } from './http/openapi.ts';
import { ignoreOtherUpgrades } from './http/other-upgrades.ts';
import { addPage } from './http/page.ts';
import { createPlainAnswers } from './http/plain-answers.ts';
import { addProbes } from './http/probes.ts';
import { addRoutes } from './http/routes.ts';
import { madeOnce } from './made-once.ts';
import { createOperations } from './operations/index.ts';
import { labOperations } from './operations/lab.ts';
import type { Operation } from './operations/operation.ts';
import type { Tokens } from './roles.ts';
import { createRpcServer } from './rpc/server.ts';

export interface Bridge {
  /** Where clients reach it, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /**
   * Turns new requests away as `draining`, waits for those in flight (at most `limits.drainMs`), and then closes
   * idle connections and says goodbye to WebSocket clients (1001). `/readyz` answers 503 from the first moment.
   */
  drain(): Promise<void>;
  /** Closes the port and whatever is still open. */
  close(): Promise<void>;
}

export interface BridgeOptions extends Tokens, Access {
  readonly service: GatewayService;
  /** The store's name, which its versions carry. */
  readonly cluster: string;
  /** Faults may be asked for. */
  readonly lab?: LabLine;
  /** What amounts are of; without it, two decimals of nothing in particular. */
  readonly currency?: Currency;
  readonly host: string;
  /** Serves https and wss with this; without it, http and ws. */
  readonly tls?: Certificate;
  /** 0 takes any free port. */
  readonly port: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Opens the store's door: HTTP, and JSON-RPC over WebSocket at `/ws`, on one port. Rejects if it is taken. */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { host, port, limits, tls } = options;
  const context = createContext(options);
  const shop = createOperations(limits, options.currency);
  const operations: Readonly<Record<string, Operation>> = {
    ...shop,
    ...(context.lab && labOperations()),
  };
  const guarded = new Set(Object.values(operations).map(({ role, http }) => role && http?.url));
  const rpc = createRpcServer(context, operations);
  const app = createApp(context, tls);
  boundBytes(app, context);
  guardRoutes(app, context, (url) => guarded.has(url));
  countRequests(app, context);
  addRoutes(app, context, Object.values(operations));
  const document = madeOnce(() => JSON.stringify(openApiDocument(operations)));
  addProbes(app, context, document, rpc.clients);
  addPage(app, context);
  answerHeldBooks(app.server, context);
  const door = openDoor(app.server, context, createPlainAnswers(context, shop));
  app.server.on('upgrade', ignoreOtherUpgrades(app.server, rpc.upgrade));
  await app.listen({ host, port });

  return {
    url: urlOf(tls ? 'https' : 'http', host, app.server.address() as AddressInfo),
    async drain() {
      await context.waits.atMost(context.admission.drain(), limits.drainMs).catch(() => {});
      rpc.goodbye();
      app.server.closeIdleConnections();
      door.closeIdle();
    },
    async close() {
      context.waits.end();
      rpc.close();
      context.pages.stop();
      context.audits.stop();
      context.intake.stop();
      door.close();
      await app.close();
    },
  };
}

function urlOf(scheme: string, host: string, { port }: AddressInfo): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `${scheme}://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}
