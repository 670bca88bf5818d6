import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LinkCertificates, webSocketTransport } from '../../runtime/links/web-socket-transport.ts';
import { eventually } from '../support/eventually.ts';
import { transportSuite } from './transport-suite.ts';

const limits = {
  maxFrameBytes: 1024 * 1024,
  greetingTimeoutMs: 500,
  maxStrangerBytes: 4096,
  maxUngreetedConnections: 10,
};

const folder = mkdtempSync(join(tmpdir(), 'bazar-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A certificate that signs itself, so that it is its own authority. */
function certificates(name: string): LinkCertificates {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}-key.pem`)];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...kind, ...names, ...files], { stdio: 'ignore' });
  const pem = readFileSync(cert, 'utf8');
  return { ca: pem, cert: pem, key: readFileSync(key, 'utf8') };
}

const own = certificates('own');
const foreign = certificates('foreign');
const at = (tls: LinkCertificates | undefined) => webSocketTransport(limits, { host: '127.0.0.1', tls });

transportSuite('the transport over WebSocket and TLS', () => ({
  transport: at(own),
  until: (condition) => eventually(`${condition}`, condition).then(() => undefined),
  settle: () => sleep(50),
}));

const test = suite('links with certificates');

for (const [who, tls, scheme] of [
  ['one with a certificate of another authority', { ...foreign, ca: own.ca }, 'wss'],
  ['one that trusts another authority', foreign, 'wss'],
  ['one without a certificate', undefined, 'wss'],
  ['one that speaks in the clear', undefined, 'ws'],
] as const) {
  test(`${who} gets no link`, async () => {
    let accepted = 0;
    const listener = await at(own).listen(() => {
      accepted++;
      return { opened() {}, frame() {}, closed() {} };
    });
    assert.match(listener.url, /^wss:/);
    let opened = false;
    let reason: string | undefined;
    at(tls).dial(listener.url.replace(/^wss/, scheme), {
      opened() {
        opened = true;
      },
      frame() {},
      closed(why) {
        reason = why;
      },
    });
    await eventually('the end of it', () => reason !== undefined);
    assert.not(opened);
    assert.is(accepted, 0);
    await listener.close();
  });
}

test.run();
