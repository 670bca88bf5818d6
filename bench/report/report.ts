import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../result.ts';
import { markdownOf } from './markdown.ts';
import { picturesOf } from './pictures.ts';

const RESULT = 'result.json';

/** Writes the tables, the pictures and the result itself into the folder, in place of those that were there. */
export async function writeReport(result: Result, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (/^\d-.*\.svg$/.test(name)) await rm(join(folder, name));
  }
  const pictures = picturesOf(result);
  const files = new Map([
    ['README.md', markdownOf(result, pictures, RESULT)],
    [RESULT, `${JSON.stringify(result)}\n`],
    ...pictures.map(({ name, svg }) => [`${name}.svg`, svg] as const),
  ]);
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  return [...files.keys()].map((name) => join(folder, name));
}
