import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../runtime/clock.ts';

/** What one test file came to. */
export interface FileOutcome {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** Names and reasons, as the file gave them in its `SKIP ` lines. */
  readonly skipped: readonly string[];
  /** Why the file failed, beside the failures that it prints itself. */
  readonly problems: readonly string[];
  readonly output: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly limitMs: number;
  /** True where every test must run: a skipped one is then a failure. */
  readonly strict: boolean;
}

/** Bytes of a file's output that are kept; of what is longer the end counts, where the totals are. */
const KEPT_OUTPUT = 4 * 1024 * 1024;

/** For `.ts`; a file is called `.mts` where it imports a package that has no form for `require`. */
const START = fileURLToPath(new URL('start-test.cjs', import.meta.url));

/** Runs one file in a process group of its own, and ends the whole group when its time is over. */
export function runFile(file: string, options: RunOptions): Promise<FileOutcome> {
  const { FORCE_COLOR: _, ...environment } = process.env;
  const how = file.endsWith('.ts') ? [START] : ['--import', 'tsx'];
  const child = spawn(process.execPath, [...how, file], {
    detached: true,
    env: { ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const began = systemClock.monotonic();
  let output = '';
  let late = false;
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-KEPT_OUTPUT);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);

  const endGroup = () => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group has no process left.
    }
  };
  const limit = systemClock.setTimeout(() => {
    late = true;
    endGroup();
  }, options.limitMs);
  process.once('exit', endGroup);

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // What the file left running would hold its output open: `exit` ends it, `close` has all that was said.
    child.once('exit', endGroup);
    child.once('close', (code, signal) => {
      systemClock.clearTimeout(limit);
      process.off('exit', endGroup);
      const seconds = (systemClock.monotonic() - began) / 1000;
      const ending = late ? `not done within ${options.limitMs} ms` : endingOf(code, signal);
      resolve({ file, output, seconds, ...judge(output, ending, options.strict) });
    });
  });
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal) return `ended by ${signal}`;
  return code === 0 ? undefined : `exit code ${code}`;
}

/** Reads uvu's totals and the `SKIP ` lines. `ending` is what was wrong with the end of the process, if anything. */
export function judge(
  output: string,
  ending: string | undefined,
  strict: boolean,
): Pick<FileOutcome, 'passed' | 'failed' | 'skipped' | 'problems'> {
  const total = lastNumber(output, 'Total');
  const done = lastNumber(output, 'Passed') ?? 0;
  // uvu writes a dot for each passed test, without a line end.
  const skipped = [...output.matchAll(/^(?:[•✘] |\s)*SKIP (.+)$/gm)].map(([, text]) => text!);
  const problems: string[] = [];
  if (total === undefined && !ending) problems.push('it ran no test: is test.run() missing?');
  if (total === 0) problems.push('it holds no test');
  if (lastNumber(output, 'Skipped')) problems.push('test.skip or test.only was left in it');
  if (strict) problems.push(...skipped.map((text) => `skipped: ${text}`));

  const broken = (total ?? 0) - done;
  // A failed test explains exit code 1; anything else is a fault of its own.
  if (ending && !(broken > 0 && ending === 'exit code 1')) problems.push(ending);
  return { passed: done - skipped.length, failed: broken + problems.length, skipped, problems };
}

function lastNumber(output: string, name: string): number | undefined {
  const found = [...output.matchAll(new RegExp(`^ {2}${name}: +(\\d+)$`, 'gm'))].at(-1);
  return found && Number(found[1]);
}
