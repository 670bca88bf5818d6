import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stayAlive, systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { openMesh } from '../../runtime/links/open-mesh.ts';
import { parseNodeId } from '../../runtime/links/topology.ts';
import { type LinkCertificates, webSocketTransport } from '../../runtime/links/web-socket-transport.ts';
import { createLogger } from '../../runtime/logger.ts';
import { systemRandom } from '../../runtime/random.ts';
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

const fileOf = (name: string) => join(folder, `${name}.pem`);

/** A certificate that signs itself, so that it is its own authority, or that another signs. */
function certificates(name: string, authority?: string): LinkCertificates {
  const [cert, key] = [fileOf(name), fileOf(`${name}-key`)];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  const signer = authority ? ['-CA', fileOf(authority), '-CAkey', fileOf(`${authority}-key`)] : [];
  const request = ['req', '-x509', '-days', '2', ...kind, ...names, ...signer, ...files];
  execFileSync('openssl', request, { stdio: 'ignore' });
  const ca = readFileSync(fileOf(authority ?? name), 'utf8');
  return { ca, cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
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

test('who has a certificate of the same authority and passes all frames on between two nodes gets them no link', async () => {
  const letGo = stayAlive();
  const refusals: string[] = [];
  const open = (id: NodeId, tls: LinkCertificates) =>
    openMesh({
      self: { id, kind: parseNodeId(id)!.kind, incarnation: 'first' },
      cluster: 'real',
      secret: 'shared',
      transport: at(tls),
      clock: systemClock,
      random: systemRandom,
      limits: DEFAULT_LIMITS,
      logger: createLogger(id, 'warn', { write: (line) => void refusals.push(line) }),
    });
  const catalog = await open('catalog-1', own);
  const order = await open('order-1', certificates('of-order', 'own'));
  const between = at(certificates('of-one-between', 'own'));
  const passed: string[] = [];
  const listener = await between.listen((near) => {
    const toFar: string[] = [];
    let pass = (text: string): void => void toFar.push(text);
    const far = between.dial(catalog.url, {
      opened() {
        pass = far.send;
        for (const text of toFar) far.send(text);
      },
      frame(text) {
        passed.push(text);
        near.send(text);
      },
      closed: () => near.close(),
    });
    return { opened() {}, frame: (text) => pass(text), closed: () => far.close() };
  });

  order.setAddresses({ 'catalog-1': listener.url });
  await eventually('a refusal', () => refusals.some((line) => line.includes('somebody between')));
  assert.match(passed[0]!, '"welcome"', 'the frames have come through');
  assert.is(order.peer('catalog-1'), undefined);
  assert.is(catalog.peer('order-1'), undefined);
  order.setAddresses({ 'catalog-1': catalog.url });
  await eventually('a link without him', () => order.peer('catalog-1') && catalog.peer('order-1') && true);
  await listener.close();
  await order.close();
  await catalog.close();
  letGo();
});

test.run();
