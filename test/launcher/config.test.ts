import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { accessWarning, refuseShortTokens } from '../../runtime/launcher/access.ts';
import { type Config, helpText, readConfig, UsageError } from '../../runtime/launcher/config.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { makeCertificate } from '../support/certificate.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

function read(args: string[], env: Record<string, string> = {}): Config {
  const config = readConfig(args, env);
  if (config === 'help') throw new Error('asked for help');
  return config;
}

function complaint(args: string[], env: Record<string, string> = {}): string {
  try {
    read(args, env);
  } catch (error) {
    assert.instance(error, UsageError);
    assert.not.match((error as Error).message, '\n');
    return (error as Error).message;
  }
  throw new Error(`${args.join(' ')} was taken`);
}

test('without options it is as many catalogs as the data has, and two orders on port 8080', () => {
  const { catalogs, orders, host, port, cache } = read([]);
  assert.equal([catalogs, orders, host, port, cache.kind], [undefined, 2, '127.0.0.1', 8080, 'private']);
});

test('a flag wins over its environment variable', () => {
  const env = { BAZAR_CATALOGS: '5', BAZAR_ORDERS: '4', BAZAR_DATA: '/elsewhere', BAZAR_PORT: '' };
  const { catalogs, orders, dataDirectory, port } = read(['--catalogs', '1'], env);
  assert.equal([catalogs, orders, dataDirectory, port], [1, 4, '/elsewhere', 8080]);
});

test('a number that is none, or out of its range, is named with its variable', () => {
  for (const value of ['0', '8', '-1', '1.5', '3x', '1e1', '٣']) {
    assert.match(complaint([`--catalogs=${value}`]), `--catalogs (BAZAR_CATALOGS) must be a whole number`);
  }
  assert.match(complaint([], { BAZAR_PORT: '65536' }), 'from 0 to 65535, not "65536"');
  assert.match(complaint(['--orders', '17']), 'from 1 to 16');
});

test('what was given is quoted without line ends and escape sequences', () => {
  assert.match(complaint(['--port', '1\n2\x1b[2J']), 'not "1\uFFFD2\uFFFD[2J"');
  assert.match(complaint([], { BAZAR_ORDERS: '\r\n' }), 'not "\uFFFD\uFFFD"');
});

test('unknown flags, stray words and missing values are refused', () => {
  assert.match(complaint(['--catalog', '3']), "unknown option '--catalog' (did you mean --catalogs?)");
  assert.match(complaint(['start']), '"start" is one argument too many');
  assert.match(complaint(['--port']), '--port');
  assert.match(complaint(['--port', '--help']), '--port needs a value');
  assert.match(complaint(['--data', '--verbose']), 'given as --data=--verbose');
});

test('log lines are text or JSON where that is asked for', () => {
  assert.is(read([]).logFormat, undefined);
  assert.is(read(['--log-format', 'text'], { BAZAR_LOG_FORMAT: 'json' }).logFormat, 'text');
  assert.is(read([], { BAZAR_LOG_FORMAT: 'json' }).logFormat, 'json');
  assert.match(complaint(['--log-format', 'xml']), '--log-format (BAZAR_LOG_FORMAT) must be text or json');
});

test('every bound can be set, by flag or by variable', () => {
  const { tickMs, maxLines } = read(['--limit', 'tickMs=5', '--limit', 'maxLines=7']).limits;
  assert.equal([tickMs, maxLines], [5, 7]);
  const ofVariable = read([], { BAZAR_LIMITS: 'tickMs=5, maxLines=7' }).limits;
  assert.equal([ofVariable.tickMs, ofVariable.maxLines], [5, 7]);
});

test('an unknown bound, a value that is no number, and a bound of nothing are refused', () => {
  assert.match(complaint(['--limit', 'ticks=5']), 'not "ticks=5"');
  assert.match(complaint(['--limit', 'tickMs=-5']), 'not "tickMs=-5"');
  assert.match(complaint(['--limit', 'constructor=5']), 'not "constructor=5"');
  assert.match(complaint(['--limit', 'tickMs=0']), 'tickMs must be at least 1');
  assert.is(read(['--limit', 'requestsPerSecond=0']).limits.requestsPerSecond, 0);
});

test('refused orders are kept for a day, or for minutes, hours or days that are given', () => {
  const kept = (args: string[], env = {}) => read(args, env).limits.keepRefusalsMs;
  assert.is(kept([]), DEFAULT_LIMITS.keepRefusalsMs);
  assert.is(DEFAULT_LIMITS.keepRefusalsMs, 24 * 3_600_000);
  assert.is(kept(['--keep-refusals', '30m']), 30 * 60_000);
  assert.is(kept([], { BAZAR_KEEP_REFUSALS: '7d' }), 7 * 86_400_000);
  assert.is(kept(['--limit', 'keepRefusalsMs=5']), 5);
  for (const wrong of ['0h', '24', '1w', '-1h', '1.5h', '9999999d', '3651d', ' 1h']) {
    assert.match(complaint([`--keep-refusals=${wrong}`]), `not "${wrong}"`);
  }
});

test('the cache is a given Redis, a private one, or none', () => {
  assert.equal(read(['--redis', 'redis://h:1']).cache, { kind: 'redis', url: 'redis://h:1' });
  assert.equal(read([], { REDIS_URL: '/tmp/redis.sock' }).cache, { kind: 'redis', url: '/tmp/redis.sock' });
  assert.equal(read(['--no-redis'], { REDIS_URL: 'redis://h' }).cache, { kind: 'none' });
  const cluster = 'redis+cluster://u:p%40@a:7000,b,[::1]:7002';
  for (const url of [cluster, cluster.replace('redis', 'rediss')]) {
    assert.equal(read(['--redis', url]).cache, { kind: 'redis', url });
  }
  for (const wrong of ['http://h', 'redis+cluster://', 'redis+cluster://a:1,,b:2', 'redis+cluster://a:1/3']) {
    assert.match(complaint(['--redis', wrong]), 'must be redis://HOST:PORT');
  }
  assert.match(complaint(['--redis', 'redis://h', '--no-redis']), 'exclude each other');
});

test('what is secret in the address of a Redis is not shown with what is wrong', () => {
  const secrets = [
    'http://:s3cret@h',
    'redis//u:s3cret@h',
    'http://u:s3/c@r:s3cret@h/0',
    'h?password=s3cret',
    'redis+cluster://u:s3cret@h:1,h:x',
    'rediss+cluster://u:s3cret@h:1,h:x',
  ];
  for (const address of secrets) {
    assert.not.match(complaint([`--redis=${address}`]), /s3|cret/);
    assert.not.match(complaint([], { REDIS_URL: address }), /s3|cret/);
  }
});

test('the payment service is an http address without a query, and a refusal keeps its password', () => {
  assert.is(read([]).payments, undefined);
  assert.is(read(['--payments', 'http://h:9/pay']).payments, 'http://h:9/pay');
  assert.is(read([], { BAZAR_PAYMENTS: 'https://u:s3cret@h' }).payments, 'https://u:s3cret@h');
  for (const address of ['h:9', 'redis://h', 'http://h/?key=1', 'http://h/#a', 'ftp://u:s3cret@h']) {
    const refused = complaint(['--payments', address]);
    assert.match(refused, '--payments (BAZAR_PAYMENTS) must be http://HOST:PORT or https://HOST');
    assert.not.match(refused, /s3cret/);
  }
});

test('links are Unix sockets, or TCP where that is asked for', () => {
  assert.is(read([]).links, process.platform === 'win32' ? 'tcp' : 'unix');
  assert.is(read([], { BAZAR_LINKS: 'tcp' }).links, 'tcp');
  assert.match(complaint(['--links', 'udp']), '--links (BAZAR_LINKS) must be unix or tcp, not "udp"');
});

test('a log level is one of those known, and verbose means debug', () => {
  assert.is(read(['--verbose']).logLevel, 'debug');
  assert.match(complaint(['--log-level', 'loud']), 'not "loud"');
});

test('beyond this machine plain HTTP must be asked for, and tells so in one line', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'shop.example', '127.1', 'localhost.example']) {
    assert.match(complaint(['--host', host]), '--insecure-http', host);
    const { access } = read(['--host', host, '--insecure-http']);
    assert.match(accessWarning(access, host)!, `plain HTTP on ${host}`);
    assert.not.match(accessWarning(access, host)!, '\n');
  }
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1']) {
    assert.is(accessWarning(read(['--host', host]).access, host), undefined, host);
  }
  assert.match(complaint([], { BAZAR_HOST: '0.0.0.0' }), '--host (BAZAR_HOST) 0.0.0.0 opens the store');
});

test('beyond this machine a token has 16 characters, wherever it comes from', () => {
  const open = ['--host', '0.0.0.0', '--insecure-http'];
  const short = 'x'.repeat(15);
  for (const name of ['BAZAR_ADMIN_TOKEN', 'BAZAR_READER_TOKEN']) {
    assert.match(complaint(open, { [name]: short }), `${name} must have at least 16 characters`);
    read(open, { [name]: `${short}x` });
    read([], { [name]: 'x' });
  }
  assert.throws(() => refuseShortTokens('0.0.0.0', { 'the reader token': short }), /the reader token must/);
  refuseShortTokens('127.0.0.1', { 'the reader token': short });
});

test('pages elsewhere are named by their origins, and hosts by their names', () => {
  const { origins } = read(['--cors', 'https://Shop.example', '--cors', 'http://localhost:3000/']).access;
  assert.equal(origins, ['https://shop.example', 'http://localhost:3000']);
  const ofVariables = read([], {
    BAZAR_CORS: 'https://a.example, https://b.example',
    BAZAR_ALLOW_HOST: 'x,y',
  });
  assert.equal(ofVariables.access.origins, ['https://a.example', 'https://b.example']);
  assert.equal(ofVariables.access.hosts, ['x', 'y']);
  assert.equal(read(['--allow-host', 'bazar.local', '--allow-host', '[fe80::1]']).access.hosts, [
    'bazar.local',
    '[fe80::1]',
  ]);
  for (const wrong of [
    '*',
    'null',
    'shop.example',
    'https://a.example/path',
    'ftp://a.example',
    'https://u:p@a',
  ]) {
    assert.match(complaint([`--cors=${wrong}`]), '--cors (BAZAR_CORS) must be an origin', wrong);
  }
  for (const wrong of ['a:80', 'http://a', 'a b', '*']) {
    assert.match(complaint([`--allow-host=${wrong}`]), 'must be a name without port', wrong);
  }
});

const certificates = 'a certificate comes with its own key, and opens the network without --insecure-http';
test(
  certificates,
  needs('openssl', certificates, () =>
    inTemporaryFolder(async (folder) => {
      const { cert, key } = await makeCertificate(folder);
      const other = await makeCertificate(folder, 'other');
      const given = (certFile: string, keyFile: string) => [`--tls-cert=${certFile}`, `--tls-key=${keyFile}`];
      const { tls } = read([...given(cert, key), '--host', '0.0.0.0']).access;
      assert.equal(tls, { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') });
      assert.equal(read([], { BAZAR_TLS_CERT: cert, BAZAR_TLS_KEY: key }).access.tls, tls);

      assert.match(complaint([`--tls-cert=${cert}`]), 'go together');
      assert.match(complaint([`--tls-key=${key}`]), 'go together');
      assert.match(complaint([...given(cert, key), '--insecure-http']), 'exclude each other');
      assert.match(
        complaint(given(cert, join(folder, 'none'))),
        `--tls-key ${join(folder, 'none')} cannot be read`,
      );
      assert.match(complaint(given(key, cert)), 'no certificate and its key');
      assert.match(complaint(given(cert, other.key)), `no certificate and its key`);
      const ofAnotherKind = join(folder, 'ed25519.pem');
      const { privateKey } = generateKeyPairSync('ed25519');
      await writeFile(ofAnotherKind, privateKey.export({ format: 'pem', type: 'pkcs8' }));
      assert.match(complaint(given(cert, ofAnotherKind)), `${ofAnotherKind} is not the key of ${cert}`);
      const text = join(folder, 'text');
      await writeFile(text, 'no PEM');
      assert.match(complaint(given(text, key)), 'no certificate and its key');
    }),
  ),
);

test('help names every option, every variable and every bound', () => {
  const help = helpText();
  for (const name of [
    'BAZAR_CATALOGS',
    'BAZAR_BOOKS',
    'REDIS_URL',
    'BAZAR_ADMIN_TOKEN',
    '--limit',
    '--tls-cert',
    '--insecure-http',
    '--cors',
    '--allow-host',
  ]) {
    assert.match(help, name);
  }
  for (const name of Object.keys(DEFAULT_LIMITS)) assert.match(help, `  ${name}=`);
  assert.is(readConfig(['--help', '--port', 'x'], {}), 'help');
});

test.run();
