import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../client/cli/cli.ts';
import { COMMANDS } from '../../client/cli/commands/index.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { type Config, readConfig, UsageError } from '../../runtime/launcher/config.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { rounds } from './rounds.ts';

/** Bounds that 0 takes away. */
const ENDLESS: readonly string[] = ['requestsPerSecond', 'localRequestsPerSecond'] satisfies (keyof Limits)[];

/** Words as people and scripts put them on command lines and into environments. */
const word = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      '0',
      '1',
      '3',
      '-1',
      '1.5',
      '1e9',
      '99999999999',
      'NaN',
      '٣',
      '--',
      '-',
      '=',
      'x',
      '1,2',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\n',
      'a\nb',
      '\x1b[2J',
      '\r',
      '\u2028',
      'tickMs=5',
      '__proto__=1',
      'maxLines=0',
      'redis://h:1',
      'redis://',
      '/tmp/x.sock',
      'http://h',
    ),
  },
);
const names = (known: readonly string[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'frob', '') },
  );

function optionsOf(known: readonly string[]): fc.Arbitrary<string[]> {
  const option = fc.oneof(
    fc.tuple(names(known), word).map(([name, value]) => [`--${name}=${value}`]),
    fc.tuple(names(known), word).map(([name, value]) => [`--${name}`, value]),
    names(known).map((name) => [`--${name}`]),
    word.map((stray) => [stray]),
  );
  return fc.array(option, { maxLength: 4 }).map((all) => all.flat());
}

const FLAGS = [
  'catalogs',
  'orders',
  'port',
  'host',
  'data',
  'books',
  'redis',
  'no-redis',
  'links',
  'limit',
  'log-level',
  'verbose',
  'help',
];
const VARIABLES = [
  'BAZAR_CATALOGS',
  'BAZAR_ORDERS',
  'BAZAR_PORT',
  'BAZAR_HOST',
  'BAZAR_DATA',
  'BAZAR_BOOKS',
  'REDIS_URL',
  'BAZAR_LINKS',
  'BAZAR_LIMITS',
  'BAZAR_LOG_LEVEL',
  'BAZAR_ADMIN_TOKEN',
];

function checkConfig(config: Config): void {
  const isWithin = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  assert.ok(config.catalogs === undefined || isWithin(config.catalogs, 1, 7));
  assert.ok(isWithin(config.orders, 1, 16));
  assert.ok(isWithin(config.port, 0, 65_535));
  for (const text of [config.host, config.dataDirectory, config.logLevel]) assert.is.not(text, '');
  assert.ok(['unix', 'tcp'].includes(config.links));
  assert.is.not(config.books, '');
  for (const [name, value] of Object.entries(config.limits)) {
    assert.ok(Object.hasOwn(DEFAULT_LIMITS, name));
    assert.ok(isWithin(value, ENDLESS.includes(name) ? 0 : 1, Number.MAX_SAFE_INTEGER));
  }
}

/** One line that a terminal can show: no line end, nothing that steers it. */
const ONE_LINE = /^\P{Cc}+$/u;

test('whatever the launcher is given, it is a configuration in its bounds or a usage error of one line', () => {
  const environment = fc.dictionary(fc.constantFrom(...VARIABLES), word, { maxKeys: 3 });
  const seen = { taken: 0, refused: 0, help: 0 };
  fc.assert(
    fc.property(optionsOf(FLAGS), environment, (args, env) => {
      try {
        const config = readConfig(args, env);
        if (config === 'help') seen.help++;
        else {
          seen.taken++;
          checkConfig(config);
        }
      } catch (error) {
        seen.refused++;
        assert.instance(error, UsageError);
        assert.match((error as Error).message, ONE_LINE);
      }
    }),
    rounds(4_000),
  );
  for (const [outcome, count] of Object.entries(seen)) assert.ok(count > 0, `never ${outcome}`);
});

/** Runs a command line against an address where nothing listens, giving up at once. */
async function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    isWatched: false,
    hasColour: false,
  };
  const limits = { ...DEFAULT_CLIENT_LIMITS, tickMs: 1 };
  const code = await runCli({ args, env, terminal, signal: AbortSignal.timeout(20), limits });
  return { code, out, err };
}

test('whatever the client is given, it is done, refused, or a usage error of one line, and never a stack trace', async () => {
  const options = COMMANDS.flatMap((command) => Object.keys(command.options ?? {})).map(
    (flags) => /[a-z]+/.exec(flags)![0],
  );
  const known = [...options, 'url', 'token', 'data', 'timeout', 'json', 'help'];
  const commands = names(COMMANDS.map(({ name }) => name));
  const lines = fc
    .tuple(commands, fc.array(word, { maxLength: 3 }), optionsOf(known))
    .map(([name, words, rest]) => [name, ...words, ...rest]);
  const environment = fc.dictionary(fc.constantFrom('BAZAR_URL', 'BAZAR_ADMIN_TOKEN', 'BAZAR_DATA'), word, {
    maxKeys: 2,
  });
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(lines, environment, async (args, env) => {
      const { code, out, err } = await run(args, {
        BAZAR_URL: 'http://127.0.0.1:1',
        BAZAR_DATA: '/nonexistent',
        ...env,
      });
      seen.add(code);
      assert.not.match(out + err, /^\s+at .*\.ts|TypeError|RangeError|ReferenceError/m);
      if (code === 2) {
        assert.is(out, '');
        assert.match(err, /^bazar: \P{Cc}+\n$/u);
      }
    }),
    rounds(600),
  );
  assert.ok(seen.has(0) && seen.has(2));
});

test.run();
