import type { Role } from '../../runtime/api.ts';
import type { Clock } from '../../runtime/clock.ts';
import { readWhole, UsageError } from '../../runtime/command-line.ts';
import { type BookId, Customer, Key } from '../../runtime/domain.ts';
import { amountRule, parseMoney } from '../../runtime/money.ts';
import type { Random } from '../../runtime/random.ts';
import type { Client } from '../client.ts';
import type { ClientLimits } from '../limits.ts';

/** How the command line ends. */
export const EXIT = { done: 0, refused: 1, usage: 2, unknown: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** One command of the command line. */
export interface CliCommand {
  readonly name: string;
  /** The arguments after the name, such as `<ID>`. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What else there is to know; a paragraph in its help. */
  readonly details?: readonly string[];
  /** Texts of the options by their flags, such as `--quantity <N>`. */
  readonly options?: Readonly<Record<string, string>>;
  /** The same of options that may be given several times, each with one value. */
  readonly repeatedOptions?: Readonly<Record<string, string>>;
  /** Arguments of examples, each with what it does. */
  readonly examples: readonly (readonly [args: string, does: string])[];
  /** The token that it needs; `if given`: it tells more with one. */
  readonly token?: Role | 'if given';
  /** Checks its arguments first: `UsageError` before anything is sent. */
  run(context: CliContext): Promise<Exit>;
}

/** What a command works with. */
export interface CliContext {
  /** The arguments after the command's name. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Every value of a repeated option. */
  values(name: string): readonly string[];
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ClientLimits;
  /** Set off when the user has had enough (Ctrl-C). */
  readonly signal: AbortSignal;
  /** `UsageError` where the token that the command needs is nowhere to be had: before long work. Sends nothing. */
  needToken(): void;
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

export function readBookId(text = ''): BookId {
  return readWhole(text, 'ID', 1, Number.MAX_SAFE_INTEGER);
}

export function readKey(text: string, name: string): Key {
  const key = Key.safeParse(text);
  if (!key.success) throw new UsageError(`${name} must be 1 to 128 of A-Z a-z 0-9 . _ ~ -, not "${text}"`);
  return key.data;
}

/** The version at which a book must be to be changed, and the option that says the same again. */
export function readExpectation(given: string | boolean | undefined) {
  if (given === undefined) return { expectation: {}, asOption: '' };
  const expectVersion = readWhole(String(given), '--expect-version', 0, Number.MAX_SAFE_INTEGER);
  return { expectation: { expectVersion }, asOption: ` --expect-version ${expectVersion}` };
}

/** Who buys, and the option that says the same again. */
export function readCustomer(given: string | boolean | undefined) {
  if (given === undefined) return { customer: {}, asOption: '' };
  const customer = Customer.safeParse(given);
  if (!customer.success)
    throw new UsageError('--customer must be 1 to 128 characters, none of which is a control character');
  const quoted = `'${customer.data.replaceAll("'", "'\\''")}'`;
  return { customer: { customer: customer.data }, asOption: ` --customer ${quoted}` };
}

/** An amount of money as it was given; how many decimals there may be, up to three, the store knows. */
export function readAmount(text: string): string {
  if (parseMoney(text, 3) !== undefined || parseMoney(text) !== undefined) return text;
  throw new UsageError(`AMOUNT must be ${amountRule()}, not "${text}"`);
}
