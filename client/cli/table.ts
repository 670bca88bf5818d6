import Table from 'cli-table3';
import colours from 'picocolors';
import { plain } from '../../runtime/plain.ts';
import type { Terminal } from './command.ts';

/** A column: its heading, and whether it holds numbers, which stand to the right. */
export type Column = string | { readonly number: string };

/** A table for people, without lines; the last line has no line feed. */
export function table(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const { bold } = colours.createColors(terminal.hasColour);
  const drawn = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: columns.map((column) => bold(typeof column === 'string' ? column : column.number)),
    colAligns: columns.map((column) => (typeof column === 'string' ? 'left' : 'right')),
  });
  for (const row of rows) drawn.push(row.map((cell) => plain(String(cell ?? ''))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Names and values below each other; a value that is not there leaves no line. */
export function facts(
  rows: readonly (readonly [name: string, value: string | number | undefined])[],
): string {
  const present = rows.filter(([, value]) => value !== undefined);
  const width = present.reduce((most, [name]) => Math.max(most, name.length), 0);
  return present.map(([name, value]) => `${name.padEnd(width)}  ${plain(String(value))}`).join('\n');
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
