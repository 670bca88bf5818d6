import { type Command, Option } from 'commander';
import {
  commandLine,
  type Environment,
  parse,
  readWhole,
  repeatedOption,
  settings,
  UsageError,
} from '../command-line.ts';
import { BOUNDS, boundText, DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { LogFormat } from '../log-text.ts';
import { isLoopbackHost } from '../loopback-address.ts';
import { masked } from '../masked.ts';
import type { Currency } from '../money.ts';
import { isRedisAddress, REDIS_ADDRESSES } from '../redis-address.ts';
import { type ClientAccess, readAccess, refuseShortTokens } from './access.ts';
import { type LogAddress, readLogAddress } from './log-address.ts';
import { readCurrency } from './store-currency.ts';

export { UsageError };

/** What the launcher was asked to start. */
export interface Config {
  /** As the data directory has them if left out, and three in a new one. */
  readonly catalogs: number | undefined;
  readonly orders: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly dataDirectory: string;
  /** A CSV file to fill an empty store with, instead of the samples. */
  readonly books: string | undefined;
  /** As the data directory has it if left out. */
  readonly currency: Required<Currency> | undefined;
  /** `private`: a redis-server of our own, where one is installed. */
  readonly cache: { readonly kind: 'redis'; readonly url: string } | { readonly kind: 'private' | 'none' };
  /** The payment service that purchases are paid through; without it they are not paid here. */
  readonly payments: string | undefined;
  /** The engine that orders the log; without one the catalogs do it themselves. */
  readonly log: LogAddress | undefined;
  /** What joins the processes: Unix sockets that only this user can open, or ports that anybody here can dial. */
  readonly links: 'unix' | 'tcp';
  readonly logLevel: string;
  readonly access: ClientAccess;
  /** As asked for; without a wish, text for a terminal and JSON for all else. */
  readonly logFormat: LogFormat | undefined;
  /** The admin token from the environment; without one the data directory keeps a random one. */
  readonly adminToken: string | undefined;
  /** The same for the token that lists orders. */
  readonly readerToken: string | undefined;
  readonly limits: Partial<Limits>;
  /** Faults may be asked for, on this machine. */
  readonly lab: boolean;
}

/** In folders with modes. What Windows has under that name protects nothing. */
const HAS_UNIX_SOCKETS = process.platform !== 'win32';

/** Every option, in the order of `--help`. A flag wins over its environment variable. */
const OPTIONS: readonly Option[] = [
  new Option('--catalogs <N>', 'catalog replicas of a new store, 1 to 7; later as many as it was made with')
    .env('BAZAR_CATALOGS')
    .default(undefined, '3'),
  new Option('--orders <N>', 'order replicas, 1 to 16').env('BAZAR_ORDERS').default(2),
  new Option('--port <N>', 'port of the gateway, 0 for a free one').env('BAZAR_PORT').default(8080),
  new Option('--host <NAME>', 'address of the gateway').env('BAZAR_HOST').default('127.0.0.1'),
  new Option('--tls-cert <FILE>', 'certificate (PEM): clients speak https and wss').env('BAZAR_TLS_CERT'),
  new Option('--tls-key <FILE>', 'its private key (PEM)').env('BAZAR_TLS_KEY'),
  plainSwitch('--insecure-http', 'plain HTTP beyond this machine, where there is no certificate'),
  repeatedOption(
    '--cors <ORIGIN>',
    'a web page elsewhere that may read and buy, such as https://shop.example',
  ).env('BAZAR_CORS'),
  repeatedOption('--allow-host <NAME>', 'a name beside localhost by which it is called on this machine').env(
    'BAZAR_ALLOW_HOST',
  ),
  new Option('--data <DIR>', 'where everything is kept').env('BAZAR_DATA').default('./data'),
  new Option('--books <FILE>', 'CSV to fill an empty store with').env('BAZAR_BOOKS'),
  new Option(
    '--currency <CODE>',
    'what amounts are of: EUR, or with its decimals IQD:3 (kept with the data)',
  ).env('BAZAR_CURRENCY'),
  new Option('--payments <URL>', 'the payment service that is asked before anything is sold').env(
    'BAZAR_PAYMENTS',
  ),
  new Option(
    '--log <URL>',
    'an etcd that orders the log: etcd://HOST:PORT,HOST:PORT (kept with the data)',
  ).env('BAZAR_LOG'),
  new Option('--redis <URL>', 'the Redis to cache in, or redis[s]+cluster://HOST:PORT,…').env('REDIS_URL'),
  plainSwitch('--no-redis', 'no private redis-server, even where one is installed'),
  new Option('--links <KIND>', 'unix (sockets that only you can open) or tcp (ports of 127.0.0.1)')
    .env('BAZAR_LINKS')
    .default(HAS_UNIX_SOCKETS ? 'unix' : 'tcp'),
  repeatedOption('--limit <NAME=N>', 'another value for a bound').env('BAZAR_LIMITS'),
  new Option('--keep-refusals <TIME>', 'how long refused orders are remembered: 30m, 24h, 7d')
    .env('BAZAR_KEEP_REFUSALS')
    .default('24h'),
  new Option('--log-level <LEVEL>', 'error, warn, info, debug').env('BAZAR_LOG_LEVEL').default('info'),
  new Option(
    '--log-format <FORMAT>',
    'text or json; else text on a terminal and JSON in pipes and files',
  ).env('BAZAR_LOG_FORMAT'),
  plainSwitch(
    '--lab',
    'lets the admin break things on purpose: kill, pause, cut off, wipe (this machine only)',
  ),
  plainSwitch('--verbose', 'the same as --log-level debug: the way of each request'),
];

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const ADMIN_TOKEN_ENV = 'BAZAR_ADMIN_TOKEN';
const READER_TOKEN_ENV = 'BAZAR_READER_TOKEN';

/** Reads the command line and the environment. Throws `UsageError`; gives `help` where only that was asked for. */
export function readConfig(args: readonly string[], env: Environment): Config | 'help' {
  const command = createCommand(() => {});
  if (parse(command, args) === 'help') return 'help';
  const given = settings(command, env);
  /** An empty flag counts as none. */
  const text = (name: string): string => String(given[name] || optionNamed(name).defaultValue);
  const whole = (name: string, least: number, most: number) =>
    readWhole(text(name), nameOf(name), least, most);

  const logLevel = given.verbose ? 'debug' : text('logLevel');
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new UsageError(`${nameOf('logLevel')} must be one of ${LOG_LEVELS.join(', ')}, not "${logLevel}"`);
  }
  if (given.noRedis && command.getOptionValueSource('redis') === 'cli') {
    throw new UsageError('--redis and --no-redis exclude each other');
  }
  const host = text('host');
  const access = readAccess(given, host);
  const tokens = {
    [ADMIN_TOKEN_ENV]: readToken(env, ADMIN_TOKEN_ENV),
    [READER_TOKEN_ENV]: readToken(env, READER_TOKEN_ENV),
  };
  refuseShortTokens(host, tokens);
  if (tokens[ADMIN_TOKEN_ENV] !== undefined && tokens[ADMIN_TOKEN_ENV] === tokens[READER_TOKEN_ENV]) {
    throw new UsageError(`${ADMIN_TOKEN_ENV} and ${READER_TOKEN_ENV} must differ`);
  }
  const lab = given.lab === true;
  if (lab && !isLoopbackHost(host))
    throw new UsageError(`--lab is for this machine only, and not with --host ${host}`);
  return {
    lab,
    catalogs: given.catalogs ? whole('catalogs', 1, 7) : undefined,
    orders: whole('orders', 1, 16),
    host,
    port: whole('port', 0, 65_535),
    dataDirectory: text('data'),
    books: given.books || undefined,
    currency: given.currency ? readCurrency(given.currency, nameOf('currency')) : undefined,
    payments: given.payments ? readPayments(given.payments) : undefined,
    log: given.log ? readLogAddress(given.log, nameOf('log')) : undefined,
    cache: given.noRedis ? { kind: 'none' } : readCache(given.redis),
    links: readLinks(text('links')),
    logLevel,
    access,
    logFormat: readLogFormat(given.logFormat),
    adminToken: tokens[ADMIN_TOKEN_ENV],
    readerToken: tokens[READER_TOKEN_ENV],
    limits: { keepRefusalsMs: readKeepRefusals(text('keepRefusals')), ...readLimits(given.limit) },
  };
}

/** The text of `--help`. */
export function helpText(): string {
  let text = '';
  createCommand((part) => {
    text += part;
  }).outputHelp();
  return text;
}

function createCommand(out: (text: string) => void): Command {
  const limits = Object.entries(BOUNDS).map(
    ([name, bound]) => `  ${name}=${bound.value}: ${boundText(bound)}`,
  );
  const command = commandLine('npm start --', out)
    .description('The whole store on this machine.')
    .addHelpText(
      'after',
      `
The admin token is ${ADMIN_TOKEN_ENV}, or else the one in DIR/admin-token; with ${READER_TOKEN_ENV} or
DIR/reader-token orders can be listed, and nothing changed.
Ctrl-C or SIGTERM drains and stops every process; a second one does not wait.

Bounds, each with its default, its unit and what it bounds:
${limits.join('\n')}`,
    );
  for (const option of OPTIONS) command.addOption(option);
  return command;
}

/** A switch of its own, also where its name begins with `no-`: the library would make it clear another option. */
function plainSwitch(flags: string, text: string): Option {
  return Object.assign(new Option(flags, text), { negate: false });
}

function optionNamed(name: string): Option {
  return OPTIONS.find((option) => option.attributeName() === name)!;
}

function nameOf(name: string): string {
  const { long, envVar } = optionNamed(name);
  return envVar ? `${long} (${envVar})` : `${long}`;
}

function readCache(url: string | undefined): Config['cache'] {
  if (!url) return { kind: 'private' };
  if (isRedisAddress(url)) return { kind: 'redis', url };
  throw new UsageError(`${nameOf('redis')} must be ${REDIS_ADDRESSES}, not "${masked(url)}"`);
}

/** Without a query: the addresses of payments follow it. */
function readPayments(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (/^https?:$/.test(url?.protocol ?? '') && url?.search === '' && url.hash === '') return text;
  throw new UsageError(
    `${nameOf('payments')} must be http://HOST:PORT or https://HOST, not "${masked(text)}"`,
  );
}

function readLinks(kind: string): Config['links'] {
  if (kind === 'tcp' || (kind === 'unix' && HAS_UNIX_SOCKETS)) return kind;
  throw new UsageError(
    `${nameOf('links')} must be ${HAS_UNIX_SOCKETS ? 'unix or tcp' : 'tcp'}, not "${kind}"`,
  );
}

function readLogFormat(format: string | undefined): LogFormat | undefined {
  if (!format) return undefined;
  if (format === 'text' || format === 'json') return format;
  throw new UsageError(`${nameOf('logFormat')} must be text or json, not "${format}"`);
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A minute at least, so that whoever asks again meets the record; ten years at most. */
function readKeepRefusals(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  if (ms >= UNIT_MS.m! && ms <= 3_650 * UNIT_MS.d!) return ms;
  throw new UsageError(
    `${nameOf('keepRefusals')} must be a time from 1m to 3650d, like 30m, 24h or 7d, not "${text}"`,
  );
}

function readToken(env: Environment, name: string): string | undefined {
  const token = env[name];
  if (!token) return undefined;
  if (/^[\x21-\x7e]{1,256}$/.test(token)) return token;
  throw new UsageError(`${name} must be 1 to 256 visible ASCII characters`);
}

/** From the repeated flag, or from the variable, where commas stand between them. */
export function readLimits(given: readonly string[] | string = []): Partial<Limits> {
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const pair of typeof given === 'string' ? given.split(',').filter(Boolean) : given) {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(\d{1,15})\s*$/.exec(pair) ?? [];
    if (!isLimit(name)) {
      throw new UsageError(`${nameOf('limit')} must be NAME=N with a name that --help lists, not "${pair}"`);
    }
    if (Number(value) === 0 && !/equestsPerSecond$/.test(name)) {
      throw new UsageError(`${nameOf('limit')}: ${name} must be at least 1`);
    }
    limits[name] = Number(value);
  }
  // Who bounds requests by hand means those of this machine as well.
  const { requestsPerSecond } = limits;
  return requestsPerSecond === undefined ? limits : { localRequestsPerSecond: requestsPerSecond, ...limits };
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(DEFAULT_LIMITS, name);
}
