import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Clock, waitingClock } from '../../runtime/clock.ts';
import { asBazarError, type BazarError } from '../../runtime/errors.ts';
import { UsageError } from '../../runtime/launcher/config.ts';
import { type ClientLimits, DEFAULT_CLIENT_LIMITS } from '../limits.ts';
import { type Random, systemRandom } from '../../runtime/random.ts';
import { type Client, connect } from '../client.ts';
import { type CliCommand, type CliContext, EXIT, type Exit, type Option, type Terminal } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { commandHelp, GLOBAL_OPTIONS, generalHelp, PROGRAM } from './help.ts';
import { exitOf, explain, plain } from './wording.ts';
import { WriteFailed } from './write-failed.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_DATA = './data';

export interface CliOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: ClientLimits;
}

/** Runs one command line to its end and gives the exit code. Never rejects. */
export async function runCli(options: CliOptions): Promise<Exit> {
  const { terminal } = options;
  try {
    const line = readCommandLine(options.args);
    if (line === 'help') {
      terminal.out(generalHelp());
      return EXIT.done;
    }
    if (line.options.help) {
      terminal.out(commandHelp(line.command));
      return EXIT.done;
    }
    return await runCommand(line, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`bazar: ${error.message}\n`);
    return EXIT.usage;
  }
}

interface CommandLine {
  readonly command: CliCommand;
  readonly args: readonly string[];
  readonly options: CliContext['options'];
}

/** Options may stand anywhere; each must be one of the command's own or a global one. */
function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const known: Record<string, Option> = {};
  for (const command of COMMANDS) Object.assign(known, command.options);
  Object.assign(known, GLOBAL_OPTIONS);
  const { values, positionals } = parse(args, known);
  const [name, ...rest] = positionals;
  if (name === undefined) {
    if (values.help) return 'help';
    throw new UsageError(`a command is missing; ${PROGRAM} --help lists them`);
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(`there is no command "${name}"; ${PROGRAM} --help lists them`);
  for (const option of Object.keys(values)) {
    if (Object.hasOwn(GLOBAL_OPTIONS, option) || Object.hasOwn(command.options ?? {}, option)) continue;
    throw new UsageError(`${name} has no option --${option}; ${PROGRAM} ${name} --help lists them`);
  }
  return { command, args: rest, options: values };
}

function parse(args: readonly string[], known: Readonly<Record<string, Option>>) {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const [problem = ''] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${problem}; ${PROGRAM} --help lists the options`);
  }
}

async function runCommand(line: CommandLine, options: CliOptions): Promise<Exit> {
  const { command } = line;
  const { env, terminal, signal, clock = waitingClock, random = systemRandom } = options;
  const setting = (name: keyof typeof GLOBAL_OPTIONS, variable: string): string | undefined =>
    (line.options[name] as string | undefined) ?? (env[variable] || undefined);

  const url = readUrl(setting('url', 'BAZAR_URL') ?? DEFAULT_URL);
  const callTimeoutMs = readTimeoutMs(line.options.timeout);
  const limits = { ...(options.limits ?? DEFAULT_CLIENT_LIMITS), callTimeoutMs };
  const asJson = line.options.json === true;
  let store: Client | undefined;

  const context: CliContext = {
    ...line,
    terminal,
    clock,
    random,
    limits,
    signal,
    store() {
      const token = command.admin
        ? (setting('token', 'BAZAR_ADMIN_TOKEN') ?? readTokenFile(setting('data', 'BAZAR_DATA')))
        : undefined;
      store ??= connect({ url, token, clock, random, limits, onLink: tellOfLink(url, terminal) });
      return store;
    },
    show: (value, text) => terminal.out(`${asJson ? JSON.stringify(value) : text()}\n`),
    commandLine: (args) => `${PROGRAM} ${args}${url === DEFAULT_URL ? '' : ` --url ${url}`}`,
  };

  const giveUp = () => store?.close();
  signal.addEventListener('abort', giveUp);
  try {
    return await command.run(context);
  } catch (error) {
    if (error instanceof UsageError) {
      throw new UsageError(`${error.message}; usage: ${PROGRAM} ${command.name} ${command.usage}`.trim());
    }
    const [fault, again] =
      error instanceof WriteFailed ? [error.fault, error.again] : [asBazarError(error), undefined];
    if (asJson) terminal.out(`${JSON.stringify({ error: problemOf(fault, again) })}\n`);
    terminal.err(`bazar: ${explain(fault, again, !signal.aborted)}\n`);
    return exitOf(fault);
  } finally {
    signal.removeEventListener('abort', giveUp);
    store?.close();
  }
}

function problemOf({ code, outcome, message, details }: BazarError, again: string | undefined) {
  return { ...details, code, outcome, message, again: outcome === 'unknown' ? again : undefined };
}

/** Says on standard error that the store is away, and that it is back; once each. */
function tellOfLink(url: string, terminal: Terminal) {
  let away = false;
  return ({ open, reason = '' }: { readonly open: boolean; readonly reason?: string }) => {
    if (open && away) terminal.err('bazar: the store is there again\n');
    if (!open && !away) terminal.err(`bazar: no connection to ${url} (${plain(reason)}); trying again\n`);
    away = !open;
  };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^(https?|wss?):$/.test(url.protocol)) return url.href.replace(/\/$/, '');
  throw new UsageError(`--url (BAZAR_URL) must be like ${DEFAULT_URL}, not "${text}"`);
}

function readTimeoutMs(text: string | boolean | undefined): number {
  if (text === undefined) return DEFAULT_CLIENT_LIMITS.callTimeoutMs;
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(String(text)) ? Number(text) : 0;
  if (seconds >= 0.1 && seconds <= 3600) return seconds * 1000;
  throw new UsageError(`--timeout must be a number of seconds from 0.1 to 3600, not "${text}"`);
}

function readTokenFile(directory: string = DEFAULT_DATA): string {
  const file = join(directory, 'admin-token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `this needs the admin token: --token, BAZAR_ADMIN_TOKEN, or a data directory (--data); ${file}: ${code}`,
    );
  }
}
