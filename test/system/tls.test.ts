import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { webSocketDial } from '../../client/socket.ts';
import { waitingClock } from '../../runtime/clock.ts';
import { ownDoorOptions } from '../../runtime/launcher/own-door.ts';
import { ask } from '../attack/ask.ts';
import { start } from '../client/bazar-process.ts';
import { makeCertificate } from '../support/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { spawnLauncher } from '../support/launcher-process.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** A store with a certificate, as its clients meet it. */

const START_LIMIT_MS = 90_000;

interface Opened {
  readonly url: string;
  readonly readyLine: string;
  readonly log: () => string;
  readonly data: string;
  readonly cert: { readonly file: string; readonly pem: string };
  /** Another one, with the same names. */
  readonly otherPem: string;
}

/** A small store behind TLS. Its host leads to this machine, but does not look like it, as that of a network does. */
function withStore(args: readonly string[], work: (store: Opened) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const { cert, key } = await makeCertificate(folder);
    const other = await makeCertificate(folder, 'other');
    const data = join(folder, 'data');
    const size = ['--catalogs', '1', '--orders', '1', '--port', '0', '--data', data];
    const launcher = spawnLauncher([...size, '--tls-cert', cert, '--tls-key', key, ...args]);
    const { said } = launcher;
    try {
      const readyLine = await Promise.race([
        launcher.exited.then((code) => Promise.reject(new Error(`it ended with ${code}\n${said.stderr}`))),
        eventually('the ready line', () => /^ready .*$/m.exec(said.stdout)?.[0], START_LIMIT_MS),
      ]);
      await work({
        url: readyLine.split(' ')[1]!,
        readyLine,
        log: () => said.stderr,
        data,
        cert: { file: cert, pem: await readFile(cert, 'utf8') },
        otherPem: await readFile(other.cert, 'utf8'),
      });
    } finally {
      launcher.child.kill('SIGTERM');
      assert.is(await launcher.exited, 0);
    }
  });
}

const sells = 'a store with a certificate sells by https and by wss, and to nobody in the clear';
test(
  sells,
  needs('openssl', sells, () =>
    withStore(['--no-redis'], async ({ url, readyLine, data, cert, otherPem }) => {
      assert.match(
        readyLine,
        /^ready (https:\/\/127\.0\.0\.1:\d+) {2}wss:\/\/127\.0\.0\.1:\d+\/ws .*7 books put in/,
      );
      const agent = new Agent({ ca: cert.pem });
      const body = { id: 1, quantity: 2 };
      const bought = await ask(`${url}/purchase`, { method: 'POST', body, agent });
      assert.is(bought.status, 201);
      const own = await ask(`${url}/purchase/1`, { method: 'POST', agent, headers: { origin: url } });
      assert.is(own.status, 201);
      const inTheClear = { origin: url.replace('https', 'http') };
      const foreign = await ask(`${url}/purchase/1`, { method: 'POST', agent, headers: inTheClear });
      assert.is(foreign.status, 403, 'who changes what comes in the clear makes such a page');
      agent.destroy();

      const dial = webSocketDial(waitingClock, DEFAULT_CLIENT_LIMITS, { ca: cert.pem });
      const client = connect({ url, dial });
      assert.is((await client.purchase({ id: 1, quantity: 3, orderId: 'by-wss' })).total, '30.00');
      assert.is((await client.info(1)).stock, 94);
      client.close();

      assert.match(await answerInTheClear(url), /^$/);
      await refused(url, webSocketDial(waitingClock, DEFAULT_CLIENT_LIMITS), /NODE_EXTRA_CA_CERTS/);
      const impostor = webSocketDial(waitingClock, DEFAULT_CLIENT_LIMITS, ownDoorOptions(otherPem));
      await refused(url, impostor, /another certificate/);

      const env = { BAZAR_DATA: data, NODE_EXTRA_CA_CERTS: cert.file };
      const { code, out } = await start(['orders', '--url', url], env).ended;
      assert.is(code, 0);
      assert.match(out, 'by-wss');
    }),
  ),
);

const tells = 'the ready line of a store with a certificate tells of a Redis that is gone';
test(
  tells,
  needs('openssl', tells, () =>
    withStore(['--redis', 'redis://127.0.0.1:1', '--host', '127.1'], async ({ readyLine, log }) => {
      assert.match(readyLine, 'cache: the given Redis (bypassed: ');
      assert.not.match(log(), 'plain HTTP', 'TLS needs no warning');
    }),
  ),
);

/** What a client gets that does not speak TLS, until it is hung up on. */
function answerInTheClear(url: string): Promise<string> {
  return new Promise((resolve) => {
    const { port, hostname } = new URL(url);
    const socket = connectTcp(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (data) => {
      text += data;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(text));
    socket.write('GET /info/1 HTTP/1.1\r\nhost: localhost\r\n\r\n');
  });
}

/** Such a client is not connected, and is told why. */
async function refused(url: string, dial: ReturnType<typeof webSocketDial>, why: RegExp): Promise<void> {
  const reasons: string[] = [];
  const client = connect({
    url,
    dial,
    onLink: ({ open, reason }) => reasons.push(open ? 'open' : `${reason}`),
  });
  await eventually('a link that fails', () => reasons.length > 0);
  client.close();
  assert.match(reasons[0]!, why);
}

test.run();
