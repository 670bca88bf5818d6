import { type Command, InvalidArgumentError } from 'commander';
import { commandLine, parse, UsageError } from '../../runtime/command-line.ts';

/** The command line of a tool of this project, which is started as `name`. */
export function tool(name: string, description: string): Command {
  return commandLine(name, (text) => process.stdout.write(text)).description(description);
}

/** The options given to this process. After help it ends with 0, after a wrong command line with 2 and one line. */
export function readOptions<Options extends Record<string, unknown>>(command: Command): Options {
  try {
    if (parse(command, process.argv.slice(2)) === 'help') process.exit(0);
    return command.opts<Options>();
  } catch (error) {
    return refuse((error instanceof UsageError ? error : new UsageError(String(error))).message);
  }
}

export function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

/** Reads an option's value as a whole number within these bounds. */
export function whole(least: number, most: number): (text: string) => number {
  return number(/^\d{1,16}$/, 'a whole number', least, most);
}

/** Reads an option's value as a number within these bounds; `1.5` is one. */
export function decimal(least: number, most: number): (text: string) => number {
  return number(/^\d{1,16}(\.\d+)?$/, 'a number', least, most);
}

function number(form: RegExp, what: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = form.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be ${what} from ${least} to ${most}`);
  };
}
