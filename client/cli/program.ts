import { type Command as Commander, Option } from 'commander';
import { commandLine, repeatedOption } from '../../runtime/command-line.ts';
import { DEFAULT_CLIENT_LIMITS } from '../limits.ts';
import type { CliCommand } from './command.ts';
import { COMMANDS } from './commands/index.ts';

/** How users start this program. */
export const PROGRAM = 'npm run bazar --';

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Options of every command. */
const GLOBAL_OPTIONS = [
  new Option('--url <URL>', 'where the store is').env('BAZAR_URL').default(DEFAULT_URL),
  new Option(
    '--token <TOKEN>',
    'the token to show (default: BAZAR_ADMIN_TOKEN, for lists BAZAR_READER_TOKEN, or the data directory)',
  ),
  new Option('--data <DIR>', 'the data directory, whose admin-token or reader-token is used')
    .env('BAZAR_DATA')
    .default('./data'),
  new Option('--timeout <SECONDS>', 'how long to try, 0.1 to 3600').default(
    DEFAULT_CLIENT_LIMITS.callTimeoutMs / 1000,
  ),
  new Option('--json', 'one JSON value on standard output; from watch, one a line'),
];

const EXIT_CODES = `Exit codes:
  0  done
  1  refused: sold out, unknown book, wrong token, bad file, failed audit, …
  2  usage: the command line is wrong, and nothing was sent
  3  outcome unknown, or the store did not answer; the message says which`;

const MORE = `${PROGRAM} COMMAND --help tells more of a command. With npm run -s, npm prints no lines of its own,
as is best with --json. An https address needs a certificate that this machine trusts; NODE_EXTRA_CA_CERTS=FILE
names another one (PEM) to trust.`;

/** The whole command line. `choose` gets the command that the arguments name. */
export function createProgram(
  out: (text: string) => void,
  choose: (command: CliCommand, parsed: Commander) => void,
): Commander {
  const program = commandLine(PROGRAM, out)
    .description('The client of the Bazar bookstore.')
    .addHelpText(
      'after',
      afterwards(EXIT_CODES, examples(COMMANDS.map(({ examples: [first] }) => first!)), MORE),
    );
  for (const option of GLOBAL_OPTIONS) program.addOption(option);
  for (const command of COMMANDS) {
    const { name, usage, summary, details = [], options = {}, repeatedOptions = {} } = command;
    const parsed = program
      .command(`${name} ${usage}`)
      .summary(summary)
      .description([`${capital(summary)}.`, ...details].join(' '))
      .addHelpText('after', afterwards(examples(command.examples), EXIT_CODES))
      .action(() => choose(command, parsed));
    for (const [flags, text] of Object.entries(options)) parsed.option(flags, text);
    for (const [flags, text] of Object.entries(repeatedOptions))
      parsed.addOption(repeatedOption(flags, text));
  }
  return program;
}

function afterwards(...parts: readonly string[]): string {
  return `\n${parts.join('\n\n')}`;
}

function examples(rows: CliCommand['examples']): string {
  const width = rows.reduce((most, [args]) => Math.max(most, args.length), 0);
  const lines = rows.map(([args, does]) => `  ${PROGRAM} ${args.padEnd(width)}  ${does}`);
  return ['Examples:', ...lines].join('\n');
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
