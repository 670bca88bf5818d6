import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Config, helpText, readConfig, UsageError } from '../../runtime/launcher/config.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';

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
  assert.match(complaint(['--redis', 'http://h']), 'must be redis://HOST:PORT');
  assert.match(complaint(['--redis', 'redis://h', '--no-redis']), 'exclude each other');
});

test('what is secret in the address of a Redis is not shown with what is wrong', () => {
  const secrets = [
    'http://:s3cret@h',
    'redis//u:s3cret@h',
    'http://u:s3/c@r:s3cret@h/0',
    'h?password=s3cret',
  ];
  for (const address of secrets) {
    assert.not.match(complaint([`--redis=${address}`]), /s3|cret/);
    assert.not.match(complaint([], { REDIS_URL: address }), /s3|cret/);
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

test('help names every option, every variable and every bound', () => {
  const help = helpText();
  for (const name of ['BAZAR_CATALOGS', 'BAZAR_BOOKS', 'REDIS_URL', 'BAZAR_ADMIN_TOKEN', '--limit']) {
    assert.match(help, name);
  }
  for (const name of Object.keys(DEFAULT_LIMITS)) assert.match(help, `  ${name}=`);
  assert.is(readConfig(['--help', '--port', 'x'], {}), 'help');
});

test.run();
