import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PAGE_POLICY } from '../../gateway/bridge/http/page.ts';
import { ask, withBridge } from './support.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** The bytes as they come over the wire. */
function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ bytes: Buffer; encoding: string | undefined }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () =>
        resolve({ bytes: Buffer.concat(pieces), encoding: answer.headers['content-encoding'] }),
      );
    });
    asked.on('error', reject).end();
  });
}

test('a browser gets the page at /, with a policy that allows this host alone; a program is told where things are', () =>
  withBridge(async ({ url }) => {
    const page = await ask(`${url}/`, { headers: HTML });
    assert.is(page.status, 200);
    assert.match(String(page.body), '<div id="page">');
    assert.is(page.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.is(page.headers.get('content-security-policy'), PAGE_POLICY);
    assert.is(page.headers.get('x-content-type-options'), 'nosniff');
    for (const accept of ['*/*', 'application/json']) {
      const other = await ask(`${url}/`, { headers: { accept } });
      assert.equal([other.status, (other.body as unknown as { webSocket: string }).webSocket], [200, '/ws']);
    }
  }));

test('the files are compressed as the browser takes them, and asked about again by their ETag', () =>
  withBridge(async ({ url }) => {
    for (const path of ['/page.js', '/page.css']) {
      const plain = await raw(`${url}${path}`, {});
      const br = await raw(`${url}${path}`, { 'accept-encoding': 'gzip, deflate, br' });
      const zipped = await raw(`${url}${path}`, { 'accept-encoding': 'gzip, br;q=0' });
      assert.equal([plain.encoding, br.encoding, zipped.encoding], [undefined, 'br', 'gzip']);
      assert.ok(brotliDecompressSync(br.bytes).equals(plain.bytes));
      assert.ok(gunzipSync(zipped.bytes).equals(plain.bytes));
      const { headers } = await ask(`${url}${path}`);
      const again = await ask(`${url}${path}`, { headers: { 'if-none-match': headers.get('etag')! } });
      assert.is(again.status, 304);
      assert.is(headers.get('cache-control'), 'no-cache');
    }
  }));

test('the page is at most 60 KB of script by brotli, with all that it loads at once', () =>
  withBridge(async ({ url }) => {
    const atOnce = new Set(['page.js']);
    const later = new Set<string>();
    let bytes = 0;
    for (const file of atOnce) {
      const packed = (await raw(`${url}/${file}`, { 'accept-encoding': 'br' })).bytes;
      bytes += packed.length;
      const text = brotliDecompressSync(packed).toString();
      for (const [, part] of text.matchAll(/(?:from|import)"\.\/(part-\w+\.js)"/g)) atOnce.add(part!);
      for (const [, part] of text.matchAll(/import\("\.\/(part-\w+\.js)"\)/g)) later.add(part!);
    }
    assert.ok(bytes <= 60_000, `${bytes} bytes`);
    assert.ok(later.size >= 2);
    for (const part of later) {
      const { headers, status } = await ask(`${url}/${part}`);
      assert.equal([status, headers.get('content-security-policy')], [200, PAGE_POLICY]);
    }
    assert.is((await ask(`${url}/part-NOTHING.js`)).status, 404);
  }));

test('the simulator is at most 150 KB of script by brotli, in a file of its own that the page itself has nothing of', () =>
  withBridge(async ({ url }) => {
    const { bytes } = await raw(`${url}/simulator.js`, { 'accept-encoding': 'br' });
    assert.ok(bytes.length <= 150 * 1024, `${bytes.length} bytes`);
    const page = await raw(`${url}/page.js`, {});
    assert.not.match(page.bytes.toString(), 'has two leaders');
  }));

test.run();
