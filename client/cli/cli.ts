import type { Command as Commander } from 'commander';
import { type Clock, waitingClock } from '../../runtime/clock.ts';
import { type Environment, parse, settings, UsageError } from '../../runtime/command-line.ts';
import { asBazarError, type BazarError, StartRefused } from '../../runtime/errors.ts';
import { plain, plainJson } from '../../runtime/plain.ts';
import { type Random, systemRandom } from '../../runtime/random.ts';
import { type Client, connect } from '../client.ts';
import { type ClientLimits, DEFAULT_CLIENT_LIMITS } from '../limits.ts';
import { type CliCommand, type CliContext, EXIT, type Exit, type Terminal } from './command.ts';
import { createProgram, DEFAULT_URL, PROGRAM } from './program.ts';
import { tokenFor } from './token-for.ts';
import { exitOf, explain } from './wording.ts';
import { WriteFailed } from './write-failed.ts';

export interface CliOptions {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: ClientLimits;
}

/** Runs one command line to its end and gives the exit code. Never rejects. */
export async function runCli(options: CliOptions): Promise<Exit> {
  const { args, terminal } = options;
  let run = async (): Promise<Exit> => EXIT.done;
  try {
    const program = createProgram(terminal.out, (command, parsed) => {
      run = () => runCommand(command, parsed, options);
    });
    parse(program, args);
    return await run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`bazar: ${error.message}\n`);
    return EXIT.usage;
  }
}

async function runCommand(command: CliCommand, parsed: Commander, options: CliOptions): Promise<Exit> {
  const { env, terminal, signal, clock = waitingClock, random = systemRandom } = options;
  const given = settings(parsed, env);
  const url = readUrl(given.url);
  const limits = {
    ...(options.limits ?? DEFAULT_CLIENT_LIMITS),
    callTimeoutMs: readTimeoutMs(given.timeout),
  };
  const asJson = given.json === true;
  let store: Client | undefined;
  const token = () => tokenFor(command, given, env);

  const context: CliContext = {
    args: parsed.args,
    options: given,
    values: (name) => given[name] ?? [],
    terminal,
    clock,
    random,
    limits,
    signal,
    needToken: () => void token(),
    store() {
      store ??= connect({ url, token: token(), clock, random, limits, onLink: tellOfLink(url, terminal) });
      return store;
    },
    show: (value, text) => terminal.out(`${asJson ? plainJson(value) : text()}\n`),
    commandLine: (args) => `${PROGRAM} ${args}${url === DEFAULT_URL ? '' : ` --url ${url}`}`,
  };

  const giveUp = () => store?.close();
  signal.addEventListener('abort', giveUp);
  try {
    return await command.run(context);
  } catch (error) {
    if (error instanceof UsageError) {
      throw new UsageError(`${error.message}; usage: ${parsed.createHelp().commandUsage(parsed)}`);
    }
    if (error instanceof StartRefused) {
      terminal.err(`bazar: ${plain(error.message)}\n`);
      return EXIT.usage;
    }
    const [fault, again] =
      error instanceof WriteFailed ? [error.fault, error.again] : [asBazarError(error), undefined];
    if (asJson) terminal.out(`${plainJson({ error: problemOf(fault, again) })}\n`);
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

function readTimeoutMs(text: string | number): number {
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(String(text)) ? Number(text) : 0;
  if (seconds >= 0.1 && seconds <= 3600) return seconds * 1000;
  throw new UsageError(`--timeout must be a number of seconds from 0.1 to 3600, not "${text}"`);
}
