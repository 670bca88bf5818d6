import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';

/** What the launcher was asked to start. */
export interface Config {
  readonly catalogs: number;
  readonly orders: number;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly dataDirectory: string;
  /** A CSV file to fill an empty store with, instead of the samples. */
  readonly books: string | undefined;
  /** `private`: a redis-server of our own, where one is installed. */
  readonly cache: { readonly kind: 'redis'; readonly url: string } | { readonly kind: 'private' | 'none' };
  /** What joins the processes: Unix sockets that only this user can open, or ports that anybody here can dial. */
  readonly links: 'unix' | 'tcp';
  readonly logLevel: string;
  /** The admin token from the environment; without one the data directory keeps a random one. */
  readonly adminToken: string | undefined;
  readonly limits: Partial<Limits>;
}

/** Options that cannot be used. The message is one line for people; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** What was given is quoted in it, whatever it was: a line end or an escape sequence must not reach a terminal. */
  constructor(message: string) {
    super(message.replaceAll(/\p{Cc}/gu, '\u{FFFD}'));
  }
}

interface Option {
  readonly flag: string;
  /** What follows the flag; nothing where it is a switch. */
  readonly value?: string;
  readonly env?: string;
  readonly preset?: string;
  readonly text: string;
}

/** In folders with modes. What Windows has under that name protects nothing. */
const HAS_UNIX_SOCKETS = process.platform !== 'win32';

/** Every option, in the order of `--help`. A flag wins over its environment variable. */
const OPTIONS = [
  { flag: 'catalogs', value: 'N', env: 'BAZAR_CATALOGS', preset: '3', text: 'catalog replicas, 1 to 7' },
  { flag: 'orders', value: 'N', env: 'BAZAR_ORDERS', preset: '2', text: 'order replicas, 1 to 16' },
  {
    flag: 'port',
    value: 'N',
    env: 'BAZAR_PORT',
    preset: '8080',
    text: 'port of the gateway, 0 for a free one',
  },
  { flag: 'host', value: 'NAME', env: 'BAZAR_HOST', preset: '127.0.0.1', text: 'address of the gateway' },
  { flag: 'data', value: 'DIR', env: 'BAZAR_DATA', preset: './data', text: 'where everything is kept' },
  { flag: 'books', value: 'FILE', env: 'BAZAR_BOOKS', text: 'CSV to fill an empty store with' },
  { flag: 'redis', value: 'URL', env: 'REDIS_URL', text: 'the Redis to cache in' },
  { flag: 'no-redis', text: 'no private redis-server, even where one is installed' },
  {
    flag: 'links',
    value: 'KIND',
    env: 'BAZAR_LINKS',
    preset: HAS_UNIX_SOCKETS ? 'unix' : 'tcp',
    text: 'unix (sockets that only you can open) or tcp (ports of 127.0.0.1)',
  },
  { flag: 'limit', value: 'NAME=N', env: 'BAZAR_LIMITS', text: 'another value for a bound; may be repeated' },
  {
    flag: 'log-level',
    value: 'LEVEL',
    env: 'BAZAR_LOG_LEVEL',
    preset: 'info',
    text: 'error, warn, info, debug',
  },
  { flag: 'verbose', text: 'the same as --log-level debug: the way of each request' },
  { flag: 'help', text: 'this list' },
] as const satisfies readonly Option[];

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const ADMIN_TOKEN_ENV = 'BAZAR_ADMIN_TOKEN';

type Flag = (typeof OPTIONS)[number]['flag'];
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line and the environment. Throws `UsageError`; gives `help` where only that was asked for. */
export function readConfig(args: readonly string[], env: Environment): Config | 'help' {
  const given = parseFlags(args);
  if (given.help) return 'help';

  const text = (flag: Flag): string | undefined => {
    const option: Option = OPTIONS.find((candidate) => candidate.flag === flag)!;
    const value = given[flag] ?? (option.env && env[option.env]);
    return typeof value === 'string' && value !== '' ? value : option.preset;
  };
  const whole = (flag: Flag, least: number, most: number): number => {
    const value = text(flag) ?? '';
    if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    throw new UsageError(`${nameOf(flag)} must be a whole number from ${least} to ${most}, not "${value}"`);
  };

  const logLevel = given.verbose ? 'debug' : text('log-level')!;
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new UsageError(`${nameOf('log-level')} must be one of ${LOG_LEVELS.join(', ')}, not "${logLevel}"`);
  }
  const { limit } = given;
  return {
    catalogs: whole('catalogs', 1, 7),
    orders: whole('orders', 1, 16),
    host: text('host')!,
    port: whole('port', 0, 65_535),
    dataDirectory: text('data')!,
    books: text('books'),
    cache: readCache(given['no-redis'] === true, given.redis, env.REDIS_URL),
    links: readLinks(text('links')!),
    logLevel,
    adminToken: readAdminToken(env[ADMIN_TOKEN_ENV]),
    limits: readLimits(Array.isArray(limit) ? limit : (env.BAZAR_LIMITS ?? '').split(',').filter(Boolean)),
  };
}

/** The text of `--help`. */
export function helpText(): string {
  const left = OPTIONS.map((option: Option) => `--${option.flag} ${option.value ?? ''}`);
  const width = left.reduce((most, entry) => Math.max(most, entry.length), 0);
  const lines = OPTIONS.map(({ env, preset, text }: Option, index) => {
    const notes = [preset && `default ${preset}`, env].filter(Boolean).join('; ');
    return `  ${left[index]!.padEnd(width)}  ${text}${notes && ` (${notes})`}`;
  });
  const limits = Object.entries(DEFAULT_LIMITS).map(([name, value]) => `  ${name}=${value}`);
  return [
    'npm start -- [OPTIONS]: the whole store on this machine',
    '',
    ...lines,
    '',
    `The admin token is ${ADMIN_TOKEN_ENV}, or else the one in DIR/admin-token.`,
    'Ctrl-C or SIGTERM drains and stops every process; a second one does not wait.',
    '',
    'Bounds, each with its default (what they mean is in runtime/limits.ts):',
    ...limits,
    '',
  ].join('\n');
}

function parseFlags(args: readonly string[]): Record<string, string | boolean | string[] | undefined> {
  const options = Object.fromEntries(
    OPTIONS.map(({ flag, value }: Option) => [
      flag,
      { type: value ? ('string' as const) : ('boolean' as const), multiple: flag === 'limit' },
    ]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    return values as Record<string, string | boolean | string[] | undefined>;
  } catch (error) {
    const [problem] = (error as Error).message.split(/\. |\.?\n/);
    throw new UsageError(`${problem} (--help lists the options)`);
  }
}

function nameOf(flag: Flag): string {
  const { env }: Option = OPTIONS.find((option) => option.flag === flag)!;
  return env ? `--${flag} (${env})` : `--${flag}`;
}

function readCache(none: boolean, flag: unknown, env: string | undefined): Config['cache'] {
  if (none && flag) throw new UsageError('--redis and --no-redis exclude each other');
  if (none) return { kind: 'none' };
  const url = typeof flag === 'string' ? flag : env;
  if (!url) return { kind: 'private' };
  if (url.startsWith('/')) return { kind: 'redis', url };
  const scheme = URL.canParse(url) ? new URL(url).protocol : '';
  if (scheme === 'redis:' || scheme === 'rediss:') return { kind: 'redis', url };
  throw new UsageError(
    `${nameOf('redis')} must be redis://HOST:PORT, rediss://… or a socket's path, not "${url}"`,
  );
}

function readLinks(kind: string): Config['links'] {
  if (kind === 'tcp' || (kind === 'unix' && HAS_UNIX_SOCKETS)) return kind;
  throw new UsageError(
    `${nameOf('links')} must be ${HAS_UNIX_SOCKETS ? 'unix or tcp' : 'tcp'}, not "${kind}"`,
  );
}

function readAdminToken(token: string | undefined): string | undefined {
  if (!token) return undefined;
  if (/^[\x21-\x7e]{1,256}$/.test(token)) return token;
  throw new UsageError(`${ADMIN_TOKEN_ENV} must be 1 to 256 visible ASCII characters`);
}

function readLimits(pairs: readonly string[]): Partial<Limits> {
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const pair of pairs) {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(\d{1,15})\s*$/.exec(pair) ?? [];
    if (!isLimit(name)) {
      throw new UsageError(`${nameOf('limit')} must be NAME=N with a name that --help lists, not "${pair}"`);
    }
    if (Number(value) === 0 && name !== 'requestsPerSecond') {
      throw new UsageError(`${nameOf('limit')}: ${name} must be at least 1`);
    }
    limits[name] = Number(value);
  }
  return limits;
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(DEFAULT_LIMITS, name);
}
