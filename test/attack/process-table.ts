import { readFileSync, writeFileSync } from 'node:fs';

/** What the kernel says of the processes of a store (`proc(5)`, Linux). */

const PROGRAM = /\/(catalog|order|gateway)(?:\/main\.ts|\.cjs)$/;

/** The nodes among the children of a launcher, as their programs tell: pid to `catalog`, `order` or `gateway`. */
export function nodesUnder(launcher: number): Map<number, string> {
  const nodes = new Map<number, string>();
  for (const pid of childrenOf(launcher)) {
    const program = read(`/proc/${pid}/cmdline`)
      .split('\0')
      .map((argument) => PROGRAM.exec(argument)?.[1])
      .find(Boolean);
    if (program) nodes.set(pid, program);
  }
  return nodes;
}

/** The processes that this one has started and that still run. */
export function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Bytes in memory now, and the most since the start or the last `forgetPeak`; undefined for one that has ended. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } | undefined {
  const status = read(`/proc/${pid}/status`);
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  const [now, most] = [bytes('VmRSS'), bytes('VmHWM')];
  return Number.isNaN(now) ? undefined : { now, most };
}

export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Not every kernel lets it be forgotten; the peak of the start then counts, too.
  }
}

export function environmentOf(pid: number): string {
  return read(`/proc/${pid}/environ`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
