import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inTemporaryFolder } from '../support/temporary.ts';
import { bazar } from './bazar-process.ts';
import { createMemoryShop, READER_TOKEN, TOKEN } from './memory-shop.ts';
import { serveWebSockets } from './rpc-server.ts';

/** The command line after the sale: what is taken back, and what a customer may have. */

async function withStore(work: (at: string[]) => Promise<void>) {
  const { handle } = await createMemoryShop();
  const server = await serveWebSockets(handle);
  try {
    await work(['--url', server.url]);
  } finally {
    await server.close();
  }
}

test('cancel takes back copies, then the rest, and the order tells of it', () =>
  withStore(async (at) => {
    const admin = ['--token', TOKEN, ...at];
    await bazar('buy', '1', '--quantity', '3', '--order', 'o', ...at);
    const part = await bazar('cancel', 'o', '1:2', '--no-restock', '--refund', '5', '--key', 'k', ...admin);
    assert.is(part.code, 0, part.err);
    assert.match(
      part.out,
      /Cancelled 2 copies of book 1 of order o, written off; 5\.00 given back, a part of it is left\./,
    );
    const again = await bazar('cancel', 'o', '1:2', '--no-restock', '--refund', '5', '--key', 'k', ...admin);
    assert.match(again.out, /This had been done before; nothing more was cancelled\./);
    const over = await bazar('cancel', 'o', '1:2', ...admin);
    assert.is(over.code, 1);
    assert.match(over.err, /Order o has no more than 1 of book 1 left to cancel\. Nothing was changed\./);
    assert.match(
      (await bazar('cancel', 'o', ...admin)).out,
      /1 copy .*, back on the shelf; 10\.00 given back, nothing is left/,
    );
    const { out } = await bazar('order', 'o', ...at);
    assert.match(out, /Order o: cancelled at/);
    assert.match(out, /Total 30\.00, of which 15\.00 given back/);
    assert.match(
      out,
      /cancelled \(version \d+\): 2 copies of book 1, written off; 5\.00 given back, by admin/,
    );
  }));

test('what is not said as it should be is not sent', () =>
  withStore(async (at) => {
    for (const [args, complaint] of [
      [['cancel', 'o', '1'], /copies are said like 1:2, two of book 1, not "1"/],
      [['cancel', 'o', '0:1'], /ID must be a whole number from 1/],
      [['cancel', 'o', '1:0'], /N must be a whole number from 1 to 1000000/],
      [['cancel', 'o', '--refund', 'x'], /AMOUNT must be/],
      [['buy', '1', '--customer', 'a\tb'], /--customer must be 1 to 128 characters/],
      [['edit', '1', '--per-customer', '0'], /--per-customer must be a whole number from 1/],
    ] as const) {
      const { code, err } = await bazar(...args, '--token', TOKEN, ...at);
      assert.is(code, 2, args.join(' '));
      assert.match(err, complaint);
    }
  }));

test('a limit is set and shown, and a customer is refused beyond it with what is left', () =>
  withStore(async (at) => {
    const admin = ['--token', TOKEN, ...at];
    assert.is((await bazar('edit', '1', '--per-customer', '2', ...admin)).code, 0);
    assert.match((await bazar('info', '1', ...at)).out, /limit +2 copies for each customer/);
    const nameless = await bazar('buy', '1', ...at);
    assert.match(nameless.err, /has a limit for each customer.*Name the customer with --customer\./);
    assert.is((await bazar('hold', '1', '--customer', "Ada O'Hara", '--order', 'h', ...at)).code, 0);
    const refused = await bazar('buy', '1', '--quantity', '2', '--customer', "Ada O'Hara", ...at);
    assert.match(refused.err, /the customer may have 1 more, and not 2\. Nothing was changed\./);
    assert.match((await bazar('order', 'h', '--token', READER_TOKEN, ...at)).out, /For Ada O'Hara/);
    assert.is((await bazar('edit', '1', '--per-customer=', ...admin)).code, 0);
    assert.is((await bazar('buy', '1', ...at)).code, 0);
  }));

test('a file says the limits of new books, and an export has them', () =>
  withStore((at) =>
    inTemporaryFolder(async (folder) => {
      const [list, copy] = [join(folder, 'list.csv'), join(folder, 'copy.csv')];
      await writeFile(list, 'title,topic,price,stock,Per Customer\nRare,t,5,9,2\nUsual,t,5,9,\n');
      const admin = ['--token', TOKEN, ...at];
      assert.match((await bazar('import', list, ...admin)).out, /2 added/);
      assert.match((await bazar('info', '8', ...at)).out, /limit +2 copies for each customer/);
      assert.is((await bazar('export', copy, '--token', READER_TOKEN, ...at)).code, 0);
      const lines = (await readFile(copy, 'utf8')).split('\r\n');
      assert.equal(lines.slice(-3), ['8,Rare,,t,,,5.00,9,2', '9,Usual,,t,,,5.00,9,', '']);
      await writeFile(list, 'title,topic,price,stock,per customer\nRarer,t,5,9,0\n');
      assert.match((await bazar('import', list, ...admin)).err, /line 2: the limit does not fit/);
    }),
  ));

test.run();
