import type { CliCommand, Option } from './command.ts';
import { COMMANDS } from './commands/index.ts';

/** How users start this program. */
export const PROGRAM = 'npm run bazar --';

/** Options of every command. */
export const GLOBAL_OPTIONS = {
  url: { value: 'URL', text: 'where the store is (BAZAR_URL; default http://127.0.0.1:8080)' },
  token: { value: 'TOKEN', text: "the admin token (BAZAR_ADMIN_TOKEN; default the data directory's)" },
  data: { value: 'DIR', text: 'the data directory, whose admin-token is used (BAZAR_DATA; default ./data)' },
  timeout: { value: 'SECONDS', text: 'how long to try, 0.1 to 3600 (default 10)' },
  json: { text: 'one JSON value on standard output; from watch, one a line' },
  help: { text: 'this text; after a command, that of the command' },
} as const satisfies Readonly<Record<string, Option>>;

const EXIT_CODES = [
  '  0  done',
  '  1  refused: sold out, unknown book, wrong token, bad file, failed audit, …',
  '  2  usage: the command line is wrong, and nothing was sent',
  '  3  outcome unknown, or the store did not answer; the message says which',
];

export function generalHelp(): string {
  return text([
    `${PROGRAM} COMMAND [ARGUMENTS] [OPTIONS]: the client of the Bazar bookstore`,
    '',
    'Commands:',
    ...columns(COMMANDS.map((command) => [line(command), command.summary])),
    '',
    'Options:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Exit codes:',
    ...EXIT_CODES,
    '',
    'Examples:',
    ...exampleLines(COMMANDS.map((command) => command.examples[0]!)),
    '',
    `${PROGRAM} COMMAND --help tells more of a command. With npm run -s, npm prints no lines of its own,`,
    'as is best with --json.',
  ]);
}

export function commandHelp(command: CliCommand): string {
  const { options = {}, details = [] } = command;
  return text([
    `${PROGRAM} ${line(command)}`,
    '',
    `${capital(command.summary)}.`,
    ...details,
    '',
    'Options:',
    ...optionLines({ ...options, ...GLOBAL_OPTIONS }),
    '',
    'Examples:',
    ...exampleLines(command.examples),
    '',
    'Exit codes:',
    ...EXIT_CODES,
  ]);
}

function line({ name, usage }: CliCommand): string {
  return `${name} ${usage}`.trim();
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  return columns(
    Object.entries(options).map(([name, { value, text }]) => [`--${name} ${value ?? ''}`.trim(), text]),
  );
}

function exampleLines(examples: CliCommand['examples']): string[] {
  return columns(examples.map(([args, does]) => [`${PROGRAM} ${args}`, does]));
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = rows.reduce((most, [left]) => Math.max(most, left.length), 0);
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
