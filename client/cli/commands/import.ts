import { readFileSync, statSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { UsageError } from '../../../runtime/command-line.ts';
import type { NewBook } from '../../../runtime/domain.ts';
import { asBazarError, BazarError } from '../../../runtime/errors.ts';
import { parseBooksCsv } from '../../books-csv.ts';
import { type ImportProgress, importBooks } from '../../import-books.ts';
import type { ClientLimits } from '../../limits.ts';
import { type CliCommand, type CliContext, EXIT } from '../command.ts';

export const importFile: CliCommand = {
  name: 'import',
  usage: '<FILE.csv>',
  summary: 'add the books of a CSV file (admin)',
  details: [
    'The first row names the columns: title, topic, price and stock must be there; id, authors, year and isbn (or',
    'isbn10) may be; others are ignored. UTF-8, at most 64 MiB and 1000000 books.',
    'The file is checked whole first: if one row is bad, it is named by its line and nothing is added.',
    'Books whose id exists are skipped, so the same file twice changes nothing, and an import that was cut off is',
    'simply started again. Books without an id are known again only while the file stays as it is.',
  ],
  examples: [['import books.csv', 'all books of the file that are not there yet']],
  token: 'admin',
  async run(context) {
    const [file] = context.args;
    const books = readBooks(file!, context.limits);
    const startedAt = context.clock.monotonic();
    const { read, added, skipped } = await load(context, books);
    const seconds = (context.clock.monotonic() - startedAt) / 1000;
    context.show(
      { read, added, skipped, seconds: Number(seconds.toFixed(3)) },
      () => `${read} books read, ${added} added, ${skipped} skipped in ${seconds.toFixed(1)} s`,
    );
    return EXIT.done;
  },
};

function readBooks(file: string, limits: ClientLimits): NewBook[] {
  let content: Uint8Array;
  try {
    const { size } = statSync(file);
    if (size > limits.maxCsvBytes) throw new Error(`it has ${size} bytes; ${limits.maxCsvBytes} are allowed`);
    content = readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return parseBooksCsv(content, limits);
  } catch (error) {
    if (!(error instanceof BazarError)) throw error;
    const message = `${file}: ${error.message}. Nothing was added`;
    throw new BazarError(error.code, message, { file, ...error.details }, error.outcome);
  }
}

async function load(context: CliContext, books: readonly NewBook[]): Promise<ImportProgress> {
  const bar = context.terminal.isWatched
    ? new SingleBar({
        format: '{bar} {value}/{total} books',
        barsize: 30,
        stream: process.stderr,
        clearOnComplete: true,
      })
    : undefined;
  let progress: ImportProgress = { read: 0, added: 0, skipped: 0 };
  bar?.start(books.length, 0);
  try {
    for await (progress of importBooks(context.store(), books, context.random, context.limits)) {
      bar?.update(progress.read);
    }
    return progress;
  } catch (error) {
    const { code, message, details, outcome } = asBazarError(error);
    const sofar = `${message} (after ${progress.read} of ${books.length} books)`;
    throw new BazarError(code, `${sofar}. Import the file again: what is there is skipped`, details, outcome);
  } finally {
    bar?.stop();
  }
}
