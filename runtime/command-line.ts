import { Command, CommanderError, Option, type OptionValues } from 'commander';

/** A command line that cannot be used. The message is one line for people; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** What was given is quoted in it, whatever it was: a line end or an escape sequence must not reach a terminal. */
  constructor(message: string) {
    super(message.replaceAll(/\p{Cc}/gu, '\u{FFFD}'));
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The command line of a program that is started as `name`. It ends no process and prints nothing but help, to `out`. */
export function commandLine(name: string, out: (text: string) => void): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr() {} })
    .configureHelp({ showGlobalOptions: true })
    .helpOption('--help', 'this text')
    .helpCommand(false);
}

/** An option that may be given several times, each with one value. */
export function repeatedOption(flags: string, text: string): Option {
  return new Option(flags, `${text}; may be repeated`).argParser((value, before: readonly string[] = []) => [
    ...before,
    value,
  ]);
}

/** Takes the arguments apart; `help` where that was asked for and printed. Throws a `UsageError`. */
export function parse(program: Command, args: readonly string[]): 'help' | 'parsed' {
  refuseDashesAsValues(program, args);
  try {
    program.parse(args, { from: 'user' });
    return 'parsed';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return 'help';
    const command = program.commands.find((candidate) => candidate.name() === program.args[0]);
    const started = [program.name(), command?.name(), '--help'].filter(Boolean).join(' ');
    throw new UsageError(`${problemOf(error, command ?? program)}; ${started} tells more`);
  }
}

/**
 * What each option is: as its flag says, else its environment variable, else its default. An empty variable counts
 * as none. The library asks the variables of this process only, and not those of `env`.
 */
export function settings(command: Command, env: Environment): OptionValues {
  const values = command.parent ? settings(command.parent, env) : {};
  for (const option of command.options) {
    const name = option.attributeName();
    const isGiven = command.getOptionValueSource(name) === 'cli';
    const variable = option.envVar && env[option.envVar];
    values[name] = isGiven ? command.getOptionValue(name) : variable || option.defaultValue;
  }
  return values;
}

export function readWhole(text: string, name: string, least: number, most: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** The library would take any next word as the value, and `--data --verbose` keep a store in a folder `--verbose`. */
function refuseDashesAsValues(program: Command, args: readonly string[]): void {
  const options = [program, ...program.commands].flatMap((command) => command.options);
  const flags = options.filter(({ required }) => required).map(({ long }) => long);
  for (const [index, flag] of args.entries()) {
    const value = args[index + 1] ?? '';
    if (flag === '--') return;
    if (!flags.includes(flag) || !/^-./.test(value)) continue;
    throw new UsageError(`${flag} needs a value; one that begins with a dash is given as ${flag}=${value}`);
  }
}

function problemOf({ code, message }: CommanderError, command: Command): string {
  if (code === 'commander.help') return 'a command is missing';
  if (code === 'commander.excessArguments') {
    return `"${command.args[command.registeredArguments.length]}" is one argument too many`;
  }
  return message
    .replace(/^error: /, '')
    .replace(/\n\(Did/, ' (did')
    .replace(/\.$/, '');
}
