import { isUtf8 } from 'node:buffer';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ProblemView } from '../../gateway/bridge/problem.ts';
import * as api from '../../runtime/api.ts';
import { ERROR_KINDS } from '../../runtime/errors.ts';
import { AS_ADMIN, ask, type Opened, post, withBridge } from '../bridge/support.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { cart, writes } from './requests.ts';
import { rounds } from './rounds.ts';

/** What was sent, as far as it is known where it was to go. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Which statuses the OpenAPI document has for a route, e.g. `POST /purchase/{id}`. */
type Documented = ReadonlyMap<string, readonly number[]>;

const SUCCESS: Readonly<Record<string, { parse(body: unknown): unknown }>> = {
  'POST /purchase': api.OrderAnswer,
  'POST /purchase/{id}': api.OrderAnswer,
  'POST /books': api.AddedAnswer,
  'PATCH /books/{id}': api.BookAnswer,
  'GET /info/{id}': api.BookAnswer,
  'GET /info': api.BooksAnswer,
  'GET /orders': api.OrdersAnswer,
  'GET /search/{topic}': api.TitleAnswer.array(),
};

function exchange(agent: Agent, url: string, { method, path, headers, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, agent, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function documentedBy(url: string): Promise<Documented> {
  const response = await fetch(`${url}/openapi.json`);
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, { responses: object }>>;
  };
  const known = new Map<string, number[]>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      known.set(`${method.toUpperCase()} ${path}`, Object.keys(responses).map(Number));
    }
  }
  return known;
}

/** Throws unless this is an answer that the documents have for the route. */
function checkAnswer(documented: Documented, route: string, { status, headers, text }: Answer): void {
  assert.ok(documented.get(route)?.includes(status), `${status} is not documented for ${route}: ${text}`);
  if (status < 400) {
    SUCCESS[route]?.parse(JSON.parse(text));
    return;
  }
  checkProblem({ status, headers, text });
}

function checkProblem({ status, headers, text }: Answer): void {
  assert.is(headers['content-type'], 'application/problem+json');
  const problem = ProblemView.parse(JSON.parse(text));
  assert.equal([problem.status, ERROR_KINDS[problem.code].status], [status, status]);
  assert.is.not(problem.code, 'internal');
}

/** Runs `attempt` for many cases against one bridge; an honest client is served after each of them. */
async function againstBridge<T>(
  cases: fc.Arbitrary<T>,
  numRuns: number,
  attempt: (
    value: T,
    bridge: { send: (sent: Sent) => Promise<Answer>; documented: Documented } & Opened,
  ) => Promise<void>,
): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const limits = { freeTokenTries: Number.MAX_SAFE_INTEGER };
  await withBridge(async (opened) => {
    const { url, service } = opened;
    const documented = await documentedBy(url);
    const honest = () =>
      post(`${url}/purchase`, { id: 1, quantity: 1 }, { 'idempotency-key': 'an-honest-client' });
    const first = await honest();
    assert.is(first.status, 201);
    const send = (sent: Sent) => exchange(agent, url, sent);
    await fc.assert(
      fc.asyncProperty(cases, async (value) => {
        await attempt(value, { ...opened, send, documented });
        const again = await honest();
        assert.equal([again.status, again.body], [200, first.body]);
      }),
      rounds(numRuns),
    );
    assert.ok(versionOf(await service.status()) >= 1);
    assert.is((await ask(`${url}/livez`)).status, 200);
  }, limits);
  agent.destroy();
}

const JSON_TYPE = { 'content-type': 'application/json' };

test('a write that is almost right is taken or refused as documented, and a refused one changes nothing', () => {
  const asked = writes.chain((write) => {
    const valid = fc.constant(write.body);
    const texts = fc.oneof(mutatedJson(valid), mutatedText(valid.map((body) => JSON.stringify(body))));
    return texts.map((body) => ({ ...write, body }));
  });
  return againstBridge(asked, 400, async ({ method, path, route, body }, { send, documented, service }) => {
    const before = versionOf(await service.status());
    const sent = { method, path, body, headers: { ...JSON_TYPE, ...AS_ADMIN } };
    const answer = await send(sent);
    checkAnswer(documented, `${method} ${route}`, answer);
    const version = versionOf(await service.status());
    if (answer.status >= 400 && JSON.parse(answer.text).outcome === 'none') assert.is(version, before);
  });
});

test('a purchase is taken as far as the shelf exactly when its body is one that the documents allow', () => {
  return againstBridge(mutatedJson(cart), 400, async (body, { send, service }) => {
    const before = versionOf(await service.status());
    const { status } = await send({ method: 'POST', path: '/purchase', body, headers: JSON_TYPE });
    const reached = versionOf(await service.status()) > before;
    assert.is(reached, isCart(JSON.parse(body)), `${status} for ${body}`);
    assert.is(reached, status !== 422);
  });
});

/** Said once more, in the words of the contract and not of the schemas. */
function isCart(value: unknown): boolean {
  if (hasOnly(value, ['lines'])) {
    const { lines } = value;
    return Array.isArray(lines) && lines.length >= 1 && lines.length <= 100 && lines.every(isLine);
  }
  return isLine(value);
}

function isLine(value: unknown): boolean {
  if (!hasOnly(value, ['id', 'quantity', 'price'])) return false;
  const { id, quantity, price } = value;
  const isWhole = (number: unknown, most: number) =>
    typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 && number <= most;
  const isAmount =
    /^\d{1,8}(\.\d{1,2})?$/.test(String(price)) &&
    Number(price) <= 10_000_000 &&
    ['string', 'number'].includes(typeof price);
  return (
    isWhole(id, Number.MAX_SAFE_INTEGER) &&
    (quantity === undefined || isWhole(quantity, 1_000_000)) &&
    (!Object.hasOwn(value, 'price') || isAmount)
  );
}

function hasOnly(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every((name) => names.includes(name))
  );
}

/** Bytes that may stand in a header's value or in a request's path. */
const latin = (from: number) =>
  fc.string({
    unit: fc
      .integer({ min: from, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 30,
  });

test('odd headers, media types, keys and bytes get documented answers', () => {
  const bodies = fc.oneof(
    cart.map((body) => JSON.stringify(body)),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    cart.map((body) => Buffer.from(`${JSON.stringify(body).slice(0, -1)},"\xE9":1}`, 'latin1')),
    fc.constantFrom('', 'null', '\uFEFF{"id":1,"quantity":1}', '{"id":1,"quantity":1}\0'),
  );
  const types = fc.oneof(
    fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'APPLICATION/JSON',
      'application/json;',
      'text/json',
      '',
    ),
    latin(0x20),
  );
  const headers = fc
    .record({
      'content-type': fc.option(types, { nil: undefined }),
      'idempotency-key': fc.option(fc.oneof(fc.stringMatching(/^[\w-]{1,9}$/), latin(0x20)), {
        nil: undefined,
      }),
      authorization: fc.option(
        fc.oneof(fc.constantFrom(AS_ADMIN.authorization, 'Bearer', 'bearer  x'), latin(0x20)),
        { nil: undefined },
      ),
      'if-none-match': fc.option(fc.oneof(fc.constantFrom('*', '"1"', 'W/"1"'), latin(0x20)), {
        nil: undefined,
      }),
      'content-encoding': fc.option(fc.constantFrom('gzip', 'identity'), { nil: undefined }),
      'transfer-encoding': fc.option(fc.constant('chunked'), { nil: undefined }),
      expect: fc.option(fc.constant('100-continue'), { nil: undefined }),
    })
    .map((all) =>
      Object.fromEntries(
        Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    );
  return againstBridge(
    fc.tuple(writes, headers, bodies),
    300,
    async ([{ method, path, route }, given, body], { send, documented }) => {
      const sent = { method, path, headers: given, body };
      const answer = await send(sent);
      checkAnswer(documented, `${method} ${route}`, answer);
      if (!isUtf8(Buffer.from(body))) assert.ok(answer.status >= 400);
    },
  );
});

test('odd addresses and queries get documented answers', () => {
  const odd = fc.oneof(
    latin(0x21),
    fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => encodeURIComponent(Buffer.from(text).toString())),
    fc.constantFrom(
      '%',
      '%00',
      '%FF',
      '%2e%2e',
      '..',
      '//',
      '%2F',
      '0',
      '-1',
      '1e3',
      '01',
      '%EF%BC%99',
      'x'.repeat(5_000),
      '__proto__',
    ),
  );
  const query = fc.option(
    fc.array(fc.tuple(fc.constantFrom('after', 'limit', 'consistency', '__proto__', 'limit[]', 'x'), odd), {
      maxLength: 3,
    }),
    { nil: undefined },
  );
  const methods = fc.constantFrom(
    'GET',
    'GET',
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'SEARCH',
    'M-SEARCH',
  );
  const bases = fc.constantFrom(
    '/info',
    '/search',
    '/orders',
    '/purchase',
    '/books',
    '/audit',
    '/ws',
    '/status',
    '',
    '/nothing',
  );
  // A HEAD that cannot be parsed is answered like a GET, which its sender cannot read.
  const asked = fc
    .record({ method: methods, base: bases, odd: fc.option(odd, { nil: undefined }), query })
    .filter(({ method, odd: last, query: pairs }) => method !== 'HEAD' || /^[!-~]*$/.test(`${last}${pairs}`));
  return againstBridge(
    asked,
    400,
    async ({ method, base, odd: last, query: pairs }, { send, documented }) => {
      const target = last === undefined ? base || '/' : `${base}/${last}`;
      const path = pairs ? `${target}?${pairs.map((pair) => pair.join('=')).join('&')}` : target;
      const sent = { method, path, headers: {} };
      const answer = await send(sent);
      const all = [...new Set([...documented.values()].flat()), 404, 405];
      assert.ok(all.includes(answer.status), `${answer.status} for ${method} ${path}: ${answer.text}`);
      if (answer.status >= 400 && method !== 'HEAD') {
        assert.is(answer.headers['content-type'], 'application/problem+json', path);
        const problem = ProblemView.parse(JSON.parse(answer.text));
        assert.is(ERROR_KINDS[problem.code].status, answer.status);
        assert.is.not(problem.code, 'internal', path);
      }
    },
  );
});

function versionOf({ version }: { version: number | null }): number {
  assert.ok(version !== null);
  return version!;
}

test.run();
