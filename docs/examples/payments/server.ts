import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Entry, openLedger } from './ledger.ts';

/**
 * A payment service as a store may have one: it takes money once for each key, whoever asks how often, and gives it back when
 * a key is made void, or a part of it for the key of a refund. It can be told to be as bad as payment services are. All answers are `{key, orderId, amount, status}`.
 */

/** How it behaves; `PUT /rules` changes some of them while it runs. */
export interface Rules {
  /** Larger amounts are declined. */
  readonly most: number;
  /** Larger refunds are refused. */
  readonly mostBack: number;
  /** Before it begins with a request. */
  readonly delayMs: number;
  /** What each new payment or refund takes, one after the other: so many are done in a second and no more, whoever waits. */
  readonly writeMs: number;
  /** How many of the requests are done, and then not answered, because the connection closes … */
  readonly drop: number;
  /** … or the whole process dies … */
  readonly die: number;
  /** … or nothing comes for ever. */
  readonly hang: number;
  /** How many are answered with the status 500 before anything is done. */
  readonly fail: number;
  /** How many are answered with what was said of another payment. */
  readonly mixUp: number;
}

export const GOOD: Rules = {
  most: Number.MAX_SAFE_INTEGER,
  mostBack: Number.MAX_SAFE_INTEGER,
  delayMs: 0,
  writeMs: 0,
  drop: 0,
  die: 0,
  hang: 0,
  fail: 0,
  mixUp: 0,
};

const MAX_BODY_BYTES = 16 * 1024;

export interface PaymentServer {
  readonly url: string;
  readonly rules: Rules;
  change(rules: Partial<Rules>): void;
  entries(): Entry[];
  close(): Promise<void>;
}

export async function openPaymentServer(options: {
  readonly ledger: string;
  readonly port?: number;
  readonly rules?: Partial<Rules>;
  /** In what `die` ends. */
  readonly die?: () => void;
}): Promise<PaymentServer> {
  const { port = 0, die = () => process.exit(1) } = options;
  const ledger = openLedger(options.ledger);
  let rules: Rules = { ...GOOD, ...options.rules };
  const happens = (share: number) => Math.random() < share;
  let lastTurn = Promise.resolve();

  /** One after the other, also for those who do not wait any more. */
  function myTurn(): Promise<void> {
    lastTurn = lastTurn.then(() => sleep(rules.writeMs));
    return lastTurn;
  }

  /** The same key gets the same answer, whatever the rules have become. */
  function pay({ key, orderId, amount }: Entry): Entry {
    const known = ledger.of(key);
    if (known) return known;
    const entry: Entry = { key, orderId, amount, status: amount > rules.most ? 'declined' : 'captured' };
    ledger.write(entry);
    return entry;
  }

  /** Of a key that is not known as well: a request to pay that is still on its way takes nothing any more. */
  function makeVoid({ key, orderId, amount }: Entry): Entry {
    const known = ledger.of(key);
    if (known && known.status !== 'captured') return known;
    const entry: Entry = { key, orderId, amount, ...known, status: 'voided' };
    ledger.write(entry);
    return entry;
  }

  /** Never more than was taken, and once for each key. */
  function refund({ key, orderId, amount }: Entry, paymentKey: string): Entry {
    const known = ledger.of(key);
    if (known) return known;
    const payment = ledger.of(paymentKey);
    const before = ledger.entries().filter((entry) => entry.paymentKey === paymentKey);
    const given = before.reduce((sum, entry) => sum + (entry.status === 'refunded' ? entry.amount : 0), 0);
    const isLeft = payment?.status === 'captured' && amount <= payment.amount - given;
    const status = isLeft && amount <= rules.mostBack ? 'refunded' : 'refused';
    const entry: Entry = { key, orderId, amount, status, paymentKey };
    ledger.write(entry);
    return entry;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url: path = '' } = request;
    if (method === 'GET' && path === '/payments') return answer(response, 200, ledger.entries());
    const body = await readBody(request);
    if (method === 'PUT' && path === '/rules') {
      rules = { ...rules, ...(body as Partial<Rules>) };
      return answer(response, 200, rules);
    }
    const [, of = '', what] = /^\/payments(?:\/([^/]+)\/(void|refunds))?$/.exec(path) ?? [];
    const paymentKey = decodeURIComponent(of);
    const isKnown = path === '/payments' || what !== undefined;
    const wanted = isEntry(body) && (what !== 'void' || paymentKey === body.key) ? body : undefined;
    if (method !== 'POST' || !isKnown || !wanted) {
      return answer(response, 422, {
        error: 'POST /payments, /payments/KEY/void or /payments/KEY/refunds with key, orderId and amount',
      });
    }
    await sleep(rules.delayMs);
    if (happens(rules.fail)) return answer(response, 500, { error: 'not now' });
    if (rules.writeMs > 0 && !ledger.of(wanted.key)) await myTurn();
    const said =
      what === 'refunds' ? refund(wanted, paymentKey) : what === 'void' ? makeVoid(wanted) : pay(wanted);
    if (happens(rules.die)) die();
    if (happens(rules.hang)) return;
    if (happens(rules.drop)) return void request.socket.destroy();
    if (said.amount !== wanted.amount) return answer(response, 422, { error: 'another amount has this key' });
    if (happens(rules.mixUp))
      return answer(response, 200, { ...said, key: 'of-another', status: 'captured' });
    const isNo = said.status === 'declined' || said.status === 'refused';
    answer(response, isNo ? 402 : 200, said);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() =>
      answer(response, 400, { error: 'that is not JSON, or too much of it' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get rules() {
      return rules;
    },
    change(changed) {
      rules = { ...rules, ...changed };
    },
    entries: ledger.entries,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          ledger.close();
          resolve();
        });
      });
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += piece;
    if (text.length > MAX_BODY_BYTES) throw new Error('too long');
  }
  return JSON.parse(text);
}

function isEntry(body: unknown): body is Entry {
  const { key, orderId, amount } = (body ?? {}) as Partial<Entry>;
  return typeof key === 'string' && key !== '' && typeof orderId === 'string' && Number.isSafeInteger(amount);
}
