import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BOUNDS, boundText } from '../runtime/limits.ts';

/**
 * Writes the README's table of bounds from `runtime/bounds/`; a test compares the two.
 *
 *     node --import tsx docs/bounds.ts
 */
const HEAD = '| bound | default | beyond it |\n|---|---|---|\n';
const TABLE = /\| bound \| default \| beyond it \|\n(?:\|.*\n)+/;

/** The README with its table made anew. */
export function withBoundsTable(readme: string): string {
  if (!TABLE.test(readme)) throw new Error('The README has no table of bounds');
  return readme.replace(TABLE, () => HEAD + rows());
}

function rows(): string {
  return Object.entries(BOUNDS)
    .filter(([, { beyond }]) => beyond !== undefined)
    .map(([name, bound]) => `| \`${name}\` | ${boundText(bound)} | ${bound.beyond} |\n`)
    .join('');
}

const file = fileURLToPath(new URL('../README.md', import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) void write();

async function write(): Promise<void> {
  await writeFile(file, withBoundsTable(await readFile(file, 'utf8')));
}
