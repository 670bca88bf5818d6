import { readFileSync } from 'node:fs';
import type { Mutant, Swap } from './mutant.ts';

/** Where the paths of the swaps start. */
const PROJECT = new URL('../../', import.meta.url);

/** The lines to be changed are not there, or there more than once: the table does not fit the source any more. */
export class LinesNotFound extends Error {
  override readonly name = 'LinesNotFound';
}

/** The text of every file that the mutant changes, by the URL it is loaded from. */
export function mutatedSources({ name, swaps }: Pick<Mutant, 'name' | 'swaps'>): Map<string, string> {
  const sources = new Map<string, string>();
  for (const swap of swaps) {
    const { href } = new URL(swap.file, PROJECT);
    sources.set(href, swapLines(sources.get(href) ?? readFileSync(new URL(href), 'utf8'), swap, name));
  }
  return sources;
}

/** Replaces whole lines, found by their text without regard to how far they are indented. */
export function swapLines(source: string, { file, find, put }: Swap, mutant: string): string {
  const lines = source.split('\n');
  const wanted = trimmedLines(find);
  const found = lines.flatMap((_, at) =>
    wanted.every((text, line) => lines[at + line]?.trim() === text) ? [at] : [],
  );
  if (found.length !== 1) {
    const count = found.length === 0 ? 'not' : `${found.length} times`;
    throw new LinesNotFound(
      `mutant ${mutant}: these lines are ${count} found in ${file}:\n${wanted.join('\n')}`,
    );
  }
  lines.splice(found[0]!, wanted.length, ...trimmedLines(put));
  return lines.join('\n');
}

function trimmedLines(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}
