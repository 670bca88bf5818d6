import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readPlainRequest } from '../../gateway/bridge/http/plain-request.ts';
import { converse, posted, ROUTED } from '../bridge/converse.ts';
import { openBooks } from '../bridge/support.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

/** What the door reads of a request is what node's own HTTP reads of it; else one of them would be led astray. */

const HEADS = [
  'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"id":1}',
  'POST /purchase HTTP/1.1\r\nhost: a:1\r\nidempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  'POST /holds HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nidempotency-key: k\r\ncontent-length: 8\r\n\r\n{"id":1}',
  'POST /holds/k/confirm HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
  'POST /holds/k/release HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n',
  'GET /info/1 HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\nuser-agent: curl/8.5.0\r\n\r\n',
  'GET /info/1 HTTP/1.1\r\nhost: localhost\r\nx-bazar-version: shop.17\r\n\r\n',
  'GET /info/1?consistency=strong HTTP/1.1\r\nHost: [::1]:80\r\nConnection: keep-alive\r\n\r\n',
];

test('a request that the door takes for plain is the one that HTTP sees', async () => {
  const seen: unknown[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    const body = await text(request);
    const { host, 'idempotency-key': key, 'x-bazar-version': least } = headers;
    seen.push({ method, path, host, key, least, body: method === 'POST' ? body : undefined });
    response.end();
  });
  server.on('clientError', (error, socket) => {
    seen.push(error.message);
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;

  try {
    const { seed, numRuns } = rounds(3_000);
    const texts = fc.sample(fc.noBias(mutatedText(fc.constantFrom(...HEADS))), { seed, numRuns });
    let plain = 0;
    for (const given of [...HEADS, ...texts]) {
      const piece = Buffer.from(given, 'latin1');
      const taken = readPlainRequest(piece);
      if (!taken) continue;
      plain += 1;
      seen.length = 0;
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {});
      socket.end(piece);
      socket.resume();
      await once(socket, 'close');
      assert.equal(seen, [taken], JSON.stringify(given));
    }
    assert.ok(plain > HEADS.length, `${plain} of ${texts.length} were plain`);
  } finally {
    server.close();
  }
});

const CART = fc.constantFrom<object>(
  { id: 1 },
  { id: 2, quantity: 2 },
  { id: 1, ttlMs: 60_000 },
  { lines: [{ id: 1 }, { id: 2, quantity: 1 }] },
  { lines: [{ id: 1 }], ttlMs: 1_000 },
);
const cart = fc.oneof(
  CART.map((given) => JSON.stringify(given)),
  mutatedJson(CART),
  fc.constant('{'),
);
const key = fc.constantFrom('k1', 'k2', 'k3', '.', 'no/key');
const settled = fc.constantFrom('{}', '{}', '', '[]', 'null', '{"explain":true}', ' {}');

test('what the door answers is what the routes answer to the same, in every order', async () => {
  const { seed, numRuns } = rounds(200);
  const shopping = fc.tuple(fc.constantFrom('/purchase', '/holds'), cart);
  const ending = fc.tuple(key, fc.constantFrom('confirm', 'release'), settled);
  const asked = fc.oneof(
    shopping,
    ending.map(([id, end, body]): [string, string] => [`/holds/${id}/${end}`, body]),
  );
  const requests = fc.sample(fc.noBias(fc.tuple(asked, key)), { seed, numRuns });
  const answersTo = (more: string) =>
    withAnswers(async (url) => {
      const answers = [];
      for (const [[path, body], id] of requests) {
        const client = await converse(url);
        client.say(posted(path, body, `idempotency-key: ${id}\r\n${more}`));
        answers.push({ path, given: body, ...(await client.next()) });
        client.socket.destroy();
      }
      return answers;
    });
  const plain = await answersTo('');
  assert.equal(plain, await answersTo(ROUTED));
  const statuses = new Set(plain.map(({ status }) => status.slice(9, 12)));
  assert.equal([...statuses].sort(), ['200', '201', '400', '404', '409', '422']);
});

async function withAnswers<T>(use: (url: string) => Promise<T>): Promise<T> {
  const { bridge, url } = await openBooks();
  try {
    return await use(url);
  } finally {
    await bridge.close();
  }
}

test.run();
