import { asBazarError } from '../../../runtime/errors.ts';
import type { BookId } from '../../../runtime/scalars.ts';
import type { Caller, Context } from '../context.ts';
import type { Operation } from '../operations/operation.ts';
import { problemResponse } from '../problem-response.ts';
import type { PlainAnswer } from './door.ts';
import { doneHead, type Head, JSON_TYPE, originHead, storeVersionHead, versionHead } from './heads.ts';
import { isEmpty, readCart, readHold } from './plain-carts.ts';
import { createResponseText } from './response-text.ts';

const BOOK = /^\/info\/([1-9]\d{0,14})(\?consistency=strong)?$/;
const KEY = /^[A-Za-z0-9._~-]{1,128}$/;
const HOLD = /^\/holds\/([A-Za-z0-9._~-]{1,128})\/(confirm|release)$/;

type PlainOperation = 'info' | 'purchase' | 'hold' | 'confirm' | 'release';

/**
 * Answers reads of a book, and purchases and holds of a few, as their routes would. Whatever a route has to find fault with
 * is left to it, so this needs no schema and says nothing about mistakes.
 */
export function createPlainAnswers(
  context: Context,
  operations: Readonly<Record<PlainOperation, Operation>>,
): PlainAnswer {
  const { info, purchase, hold } = operations;
  const { heldBooks, storeVersions, admission, metrics, clock, limits, logger } = context;
  const text = createResponseText(clock, limits.keepAliveMs);

  /** At once, where the memory has it. */
  function heldBook(id: BookId): string | undefined {
    const started = clock.monotonic();
    const held = heldBooks.find(id);
    if (!held) return undefined;
    const { served } = held;
    const heads = [
      originHead(served),
      versionHead(served),
      storeVersionHead(storeVersions, served),
      JSON_TYPE,
    ];
    const answer = text(200, held.text, heads);
    metrics.answered('GET /info/:id', 200, (clock.monotonic() - started) / 1000);
    return answer;
  }

  async function perform(operation: Operation, params: object, address: string): Promise<string> {
    const { method, url } = operation.http!;
    const started = clock.monotonic();
    const { status, body, heads } = await outcome(operation, params, address);
    metrics.answered(`${method} ${url}`, status, (clock.monotonic() - started) / 1000);
    return text(status, body, heads);
  }

  async function outcome(operation: Operation, params: object, address: string) {
    let origin: Head = {};
    try {
      const call = { caller: callerOf(address), deadline: clock.monotonic() + limits.readDeadlineMs };
      const { served, done, body } = await operation.run(context, params, call);
      if (served) origin = originHead(served);
      const status = 201 in operation.answers && done && !done.replayed ? 201 : 200;
      const head = served ? versionHead(served) : doneHead(done);
      const heads = [origin, head, storeVersionHead(storeVersions, served), JSON_TYPE];
      return { status, body: JSON.stringify(body()), heads };
    } catch (thrown) {
      const error = asBazarError(thrown);
      const { http, kind } = operation;
      if (error.code === 'internal') logger.error({ err: thrown }, `${http?.method} ${http?.url} failed`);
      const { status, headers, body } = problemResponse(error, kind.readOnly);
      return { status, body, heads: [origin, storeVersionHead(storeVersions), headers] };
    }
  }

  return ({ method, path, key, least, body }, { remoteAddress = '' }) => {
    // What has to be waited for is for the route.
    if (least !== undefined && !storeVersions.isReached(least)) return undefined;
    if (method === 'GET') {
      const [, digits, strong] = BOOK.exec(path) ?? [];
      if (digits === undefined || !admission.admits(remoteAddress)) return undefined;
      const id = Number(digits);
      if (strong) return perform(info, { id, consistency: 'strong' }, remoteAddress);
      return heldBook(id) ?? perform(info, { id }, remoteAddress);
    }
    const wish = body === undefined ? undefined : wishOf(path, body);
    if (!wish || (key !== undefined && !KEY.test(key)) || !admission.admits(remoteAddress)) return undefined;
    return perform(wish.operation, { orderId: key, ...wish.params }, remoteAddress);
  };

  /** What a POST asks for, where it is plain. */
  function wishOf(path: string, body: string): Wish | undefined {
    if (path === '/purchase') return wish(purchase, readCart(body, limits));
    if (path === '/holds') return wish(hold, readHold(body, limits));
    const [, orderId, end] = HOLD.exec(path) ?? [];
    if (orderId === undefined || !isEmpty(body)) return undefined;
    return wish(operations[end as 'confirm' | 'release'], { orderId });
  }
}

interface Wish {
  readonly operation: Operation;
  readonly params: object;
}

const wish = (operation: Operation, params: object | undefined): Wish | undefined =>
  params && { operation, params };

/** Who asks plainly shows no token, and neither operation waits among heavy reads. */
function callerOf(address: string): Caller {
  return {
    role: undefined,
    isLocal: false,
    address,
    watcher: undefined,
    allBooksWatcher: undefined,
    eventSubscriptions: undefined,
    spectator: undefined,
    reader() {
      throw new Error('a plain request is not for a heavy read');
    },
  };
}
