import { readdir, readFile } from 'node:fs/promises';

/** What processes have used, with all that descend from them (proc(5)); where there is no `/proc`, nothing is known. */
export interface Usage {
  /** Microseconds of processor time of all of them. */
  readonly cpuUs: number;
  readonly residentBytes: number;
}

const TICK_US = 10_000;
const PAGE_BYTES = 4_096;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** The roots and all their descendants; each once. */
export async function processTree(roots: readonly number[]): Promise<Stat[]> {
  const names = await readdir('/proc').catch(() => []);
  const stats = (await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(statOf))).filter(
    (stat) => stat !== undefined,
  );
  const wanted = new Set(roots);
  for (let before = -1; before < wanted.size; ) {
    before = wanted.size;
    for (const { pid, parent } of stats) if (wanted.has(parent)) wanted.add(pid);
  }
  return stats.filter(({ pid }) => wanted.has(pid));
}

export async function usageOf(roots: readonly number[]): Promise<Usage | undefined> {
  const tree = await processTree(roots);
  if (tree.length === 0) return undefined;
  const sum = (of: (stat: Stat) => number) => tree.reduce((total, stat) => total + of(stat), 0);
  return { cpuUs: sum(({ cpuUs }) => cpuUs), residentBytes: sum(({ residentBytes }) => residentBytes) };
}

/**
 * Bytes of memory that these processes take together: what several of them have in common, as the program's text, counts
 * once (`Pss`). Their resident sizes count it once for each.
 */
export async function proportionalBytes(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      return 1024 * Number(/^Pss:\s*(\d+) kB/m.exec(text)?.[1] ?? 0);
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

async function statOf(pid: string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // Of proc(5) the fields from the third on: the name before them may hold spaces and brackets.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, pages] = [fields[1]!, fields[11]!, fields[12]!, fields[21]!];
  return { pid: Number(pid), parent, cpuUs: (user + system) * TICK_US, residentBytes: pages * PAGE_BYTES };
}
