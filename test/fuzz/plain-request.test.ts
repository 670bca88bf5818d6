import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readPlainRequest } from '../../gateway/bridge/http/plain-request.ts';
import { mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

/** What the door reads of a request is what node's own HTTP reads of it; else one of them would be led astray. */

const HEADS = [
  'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"id":1}',
  'POST /purchase HTTP/1.1\r\nhost: a:1\r\nidempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
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

test.run();
