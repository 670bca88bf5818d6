import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../runtime/clock.ts';
import { END, NEXT } from './marks.ts';

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

/** Whether a file may share its process with others: modules cannot be loaded in turn by `require`. */
export const canShare = (file: string): boolean => file.endsWith('.ts');

/** Runs one file in a process of its own. */
export async function runFile(file: string, options: RunOptions): Promise<FileOutcome> {
  const [outcome] = await runTogether([file], options);
  return outcome!;
}

/**
 * Runs files one after the other in one process, and tells what became of each. Where a file ends the process, by a crash
 * or because its time is over, those behind it run in a new one.
 */
export async function runFiles(
  files: readonly string[],
  options: RunOptions,
  tell: (outcome: FileOutcome) => void,
): Promise<void> {
  for (let done = 0; done < files.length; ) {
    const outcomes = await runTogether(files.slice(done), options);
    outcomes.forEach(tell);
    done += outcomes.length;
  }
}

/** Answers for the files that began: all, or those up to the one that ended the process. */
async function runTogether(files: readonly string[], options: RunOptions): Promise<FileOutcome[]> {
  const { out, err, begins, end, ending } = await runProcess(files, options.limitMs);
  return out.map((part, index) => {
    const [output = '', code] = part.split(END);
    const isLast = index === out.length - 1;
    const how = isLast ? ending : endingOf(Number(code), null);
    const all = output + (err[index] ?? '');
    const seconds = ((begins[index + 1] ?? end) - begins[index]!) / 1000;
    return { file: files[index]!, output: all, seconds, ...judge(all, how, options.strict) };
  });
}

interface Ended {
  /** What each file that began wrote to its two outputs. */
  readonly out: readonly string[];
  readonly err: readonly string[];
  /** When each of them began, and when the process ended, by the monotonic clock. */
  readonly begins: readonly number[];
  readonly end: number;
  readonly ending: string | undefined;
}

/** Runs a process group of its own, and ends the whole group when the time of one of its files is over. */
function runProcess(files: readonly string[], limitMs: number): Promise<Ended> {
  const { FORCE_COLOR: _, ...environment } = process.env;
  const how = canShare(files[0]!) ? [START] : ['--import', 'tsx'];
  const child = spawn(process.execPath, [...how, ...files], {
    detached: true,
    env: { ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const begins = [systemClock.monotonic()];
  const out = [''];
  const err = [''];
  let late = false;

  const endGroup = () => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group has no process left.
    }
  };
  const limitFile = () =>
    systemClock.setTimeout(() => {
      late = true;
      endGroup();
    }, limitMs);
  let limit = limitFile();
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => keep(err, chunk));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    keep(out, chunk);
    while (begins.length < out.length) {
      begins.push(systemClock.monotonic());
      systemClock.clearTimeout(limit);
      limit = limitFile();
    }
  });
  process.once('exit', endGroup);

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // What the files left running would hold their output open: `exit` ends it, `close` has all that was said.
    child.once('exit', endGroup);
    child.once('close', (code, signal) => {
      systemClock.clearTimeout(limit);
      process.off('exit', endGroup);
      const ending = late ? `not done within ${limitMs} ms` : endingOf(code, signal);
      resolve({ out, err, begins, end: systemClock.monotonic(), ending });
    });
  });
}

/** Adds what a process said to the files that said it. */
function keep(said: string[], chunk: string): void {
  const [more = '', ...others] = chunk.split(NEXT);
  const last = said.length - 1;
  said[last] = (said[last]! + more).slice(-KEPT_OUTPUT);
  said.push(...others);
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
