import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('../../client/cli/start.cjs', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly ended: Promise<Run>;
}

/** Starts the command line as a process of its own, as npm does. */
export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [CLIENT, ...args], {
    env: { PATH: process.env.PATH ?? '', BAZAR_DATA: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const ended = new Promise<Run>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  return { child, out: () => out, ended };
}

/** Runs the command line to its end. */
export const bazar = (...args: string[]): Promise<Run> => start(args).ended;
