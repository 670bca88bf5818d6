import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ask, raw, withBridge } from '../bridge/support.ts';
import { mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

/** Requests harmed below what an HTTP client could send. */

test('what is hardly HTTP is answered as documented, or the connection is closed, and others are served', () =>
  withBridge(
    async ({ url }) => {
      const whole = fc.constantFrom(
        'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n{"id":1,"quantity":1}',
        'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n15\r\n{"id":1,"quantity":1}\r\n0\r\n\r\n',
        'GET /info/1?consistency=strong HTTP/1.1\r\nhost: localhost\r\nif-none-match: "1"\r\n\r\n',
        'GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      const { seed, numRuns } = rounds(150);
      const texts = fc.sample(fc.noBias(mutatedText(whole)), { seed, numRuns });
      for (let from = 0; from < texts.length; from += 50) {
        const told = await Promise.all(
          texts.slice(from, from + 50).map((text) => raw(url, text, '\r\n\r\n')),
        );
        for (const [place, answer] of told.entries()) {
          const text = JSON.stringify(texts[from + place]);
          if (answer !== '') assert.match(answer, /^HTTP\/1\.1 \d{3} /, text);
          assert.not.match(answer, /^HTTP\/1\.1 500|"code":"internal"/m, text);
        }
        assert.is((await ask(`${url}/info/1`)).status, 200);
      }
    },
    { httpRequestTimeoutMs: 200, keepAliveMs: 200, purchaseDeadlineMs: 200, clientPingMs: 100 },
  ));

test.run();
