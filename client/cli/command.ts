import type { Clock } from '../../runtime/clock.ts';
import { type BookId, Key } from '../../runtime/domain.ts';
import { UsageError } from '../../runtime/launcher/config.ts';
import type { ClientLimits } from '../limits.ts';
import { formatMoney, parseMoney } from '../../runtime/money.ts';
import type { Random } from '../../runtime/random.ts';
import type { Client } from '../client.ts';

/** How the command line ends. */
export const EXIT = { done: 0, refused: 1, usage: 2, unknown: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** One option, as the parser and the help texts know it. Without `value` it is a switch. */
export interface Option {
  readonly value?: string;
  readonly text: string;
}

/** One command of the command line. */
export interface CliCommand {
  readonly name: string;
  /** What follows the name, such as `ID [--quantity N]`. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What else there is to know, a line each. */
  readonly details?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  /** Arguments of examples, each with what it does. */
  readonly examples: readonly (readonly [args: string, does: string])[];
  /** It needs the admin token. */
  readonly admin?: boolean;
  /** Checks its arguments first: `UsageError` before anything is sent. */
  run(context: CliContext): Promise<Exit>;
}

/** What a command works with. */
export interface CliContext {
  /** The arguments after the command's name. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ClientLimits;
  /** Set off when the user has had enough (Ctrl-C). */
  readonly signal: AbortSignal;
  /** The store, connected to on the first call. */
  store(): Client;
  /** Shows a result: `value` as one line of JSON with `--json`, else the text. */
  show(value: unknown, text: () => string): void;
  /** A full command line of this program that does the same to the same store. */
  commandLine(args: string): string;
}

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Someone is watching standard error: progress may be drawn on it. */
  readonly isWatched: boolean;
  readonly hasColour: boolean;
}

/** Exactly `names.length` arguments. */
export function expectArguments(args: readonly string[], ...names: readonly string[]): readonly string[] {
  const missing = names[args.length];
  if (missing) throw new UsageError(`${missing} is missing`);
  if (args.length > names.length) throw new UsageError(`"${args[names.length]}" is one argument too many`);
  return args;
}

export function readBookId(text: string | undefined): BookId {
  return readWhole(text ?? '', 'ID', 1, Number.MAX_SAFE_INTEGER);
}

export function readKey(text: string, name: string): Key {
  const key = Key.safeParse(text);
  if (!key.success) throw new UsageError(`${name} must be 1 to 128 of A-Z a-z 0-9 . _ ~ -, not "${text}"`);
  return key.data;
}

export function readWhole(text: string, name: string, least: number, most: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** An amount of money, written as the store writes it. */
export function readAmount(text: string): string {
  const cents = parseMoney(text);
  if (cents !== undefined) return formatMoney(cents);
  throw new UsageError(`AMOUNT must be like 19.99, from 0 to 10000000.00, not "${text}"`);
}
