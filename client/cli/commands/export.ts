import { open, rename, rm } from 'node:fs/promises';
import { UsageError } from '../../../runtime/command-line.ts';
import { allBooks, allOrders, exportText } from '../../files/export-text.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { progressBar } from '../progress-bar.ts';

export const exportFile: CliCommand = {
  name: 'export',
  usage: '<FILE>',
  summary: 'write all books, or with --orders all orders, to a .csv or .json file (reader)',
  details: [
    'CSV in UTF-8 with commas, or a JSON array with one record a line. The file appears when it is complete, in the',
    'place of one of that name. The store goes on selling meanwhile: each page of 1000 is as it was when it was read.',
    'An import of exported books changes nothing. Orders have a row for each of their lines in CSV.',
  ],
  options: { '--orders': 'orders instead of books' },
  examples: [
    ['export books.csv', 'all books'],
    ['export orders.json --orders', 'all orders, confirmed or refused'],
  ],
  token: 'reader',
  async run(context) {
    const [path = ''] = context.args;
    const [, format] = /\.(csv|json)$/i.exec(path) ?? [];
    if (!format) throw new UsageError(`FILE must end with .csv or .json, not "${path}"`);
    const store = context.store();
    const ofOrders = context.options.orders === true;
    const what = ofOrders ? 'orders' : 'books';
    const kind = format.toLowerCase() === 'json' ? 'json' : 'csv';
    const text = ofOrders ? exportText(allOrders(store), kind) : exportText(allBooks(store), kind);
    const count = await write(path, text, progressBar(context.terminal, what));
    context.show({ [what]: count, file: path }, () => `${count} ${what} written to ${path}`);
    return EXIT.done;
  },
};

/** Under another name until it is complete: an export that was cut off leaves the file of before. */
async function write(
  path: string,
  pieces: ReturnType<typeof exportText>,
  bar: ReturnType<typeof progressBar>,
): Promise<number> {
  const fresh = `${path}.${process.pid}.part`;
  let count = 0;
  const file = await open(fresh, 'wx', 0o600).catch((error: Error) => {
    throw new UsageError(`${path} cannot be written: ${error.message}`);
  });
  bar.start(0);
  try {
    for await (const { text, records } of pieces) {
      await file.write(text);
      count = records;
      bar.at(records, records);
    }
    await file.close();
    await rename(fresh, path);
    return count;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(fresh, { force: true });
    throw error;
  } finally {
    bar.stop();
  }
}
