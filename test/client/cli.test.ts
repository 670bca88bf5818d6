import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { bazar, start } from './bazar-process.ts';
import { createMemoryShop, type MemoryShop, READER_TOKEN, TOKEN } from './memory-shop.ts';
import { type Handler, SILENCE, serveWebSockets } from './rpc-server.ts';

/** Runs `work` beside a store, given the options that lead to it. */
async function withStore(work: (at: string[], store: MemoryShop) => Promise<void>, handle?: Handler) {
  const store = await createMemoryShop();
  const server = await serveWebSockets(handle ?? store.handle);
  try {
    await work(['--url', server.url], store);
  } finally {
    await server.close();
  }
}

const HEADER = 'id,title,topic,price,stock';

test('a wrong command line ends with 2, one clear line, and nothing sent', async () => {
  const cases: [args: string[], complaint: RegExp][] = [
    [[], /a command is missing/],
    [['serch', 'x'], /unknown command 'serch' \(did you mean search\?\)/],
    [['search'], /missing required argument 'TOPIC'/],
    [['search', ' '], /TOPIC is missing/],
    [['info'], /missing required argument 'ID'; npm run bazar -- info --help/],
    [['info', 'x'], /ID must be a whole number from 1/],
    [['buy', '1', '2'], /"2" is one argument too many/],
    [['buy', '1', '--quantity', '0'], /--quantity must be a whole number from 1 to 1000000/],
    [['buy', '1', '--order', 'a b'], /--order must be 1 to 128 of/],
    [['buy', '1', '--quantity'], /--quantity/],
    [['search', 'x', '--quantity', '2'], /unknown option '--quantity'; npm run bazar -- search --help/],
    [['buy', '1', '--order', '--json'], /--order=--json/],
    [['order', '-abc'], /unknown option '-abc'/],
    [['status', '--nonsense'], /--nonsense/],
    [['price', '1', '1.9999'], /AMOUNT must be an amount like "19.99"/],
    [['restock', '1', '5'], /this needs the admin token/],
    // Before the file is read, which may take long.
    [['import', 'no-such-file.csv'], /^bazar: this needs the admin token/],
    [['import', '/nonexistent.csv', '--token', TOKEN], /cannot be read/],
    [['export', 'books.xls'], /FILE must end with .csv or .json/],
    [['import', 'x.csv', '--map', 'shelf=X'], /--map must be FIELD=COLUMN with a FIELD of id, title, topic/],
    [['import', 'x.csv', '--set', 'price'], /--set must be FIELD=VALUE/],
    [['import', 'x.csv', '--encoding', 'klingon'], /--encoding must be like utf-8/],
    [['status', '--url', 'nowhere'], /--url \(BAZAR_URL\) must be like/],
    [['status', '--timeout', '0'], /--timeout must be a number of seconds/],
    [['watch', '1', '--topic', 't'], /ids or --topic, not both/],
  ];
  const run = async ([args, complaint]: (typeof cases)[number]) => {
    const { code, out, err } = await bazar(...args);
    assert.is(code, 2, `${args}: ${err}`);
    assert.is(out, '');
    assert.match(err, complaint);
    assert.is(err.trimEnd().split('\n').length, 1, err);
  };
  for (let at = 0; at < cases.length; at += 4) await Promise.all(cases.slice(at, at + 4).map(run));
});

test('help is complete: every command and option, an example of each, and the exit codes', async () => {
  const { code, out } = await bazar('--help');
  assert.is(code, 0);
  const names = [
    'search',
    'info',
    'buy',
    'order',
    'watch',
    'restock',
    'price',
    'import',
    'export',
    'status',
    'audit',
  ];
  for (const name of names) assert.match(out, new RegExp(`^  ${name} `, 'm'));
  for (const option of ['--url', '--token', '--data', '--timeout', '--json']) assert.match(out, option);
  assert.match(out, 'BAZAR_ADMIN_TOKEN');
  assert.match(out, /3 {2}outcome unknown/);
  const helps = await Promise.all(['buy', 'import'].map((name) => bazar(name, '--help')));
  assert.match(helps[0]!.out, '--quantity <N>');
  assert.match(helps[0]!.out, '--timeout <SECONDS>');
  assert.match(helps[0]!.out, /Examples:\n {2}npm run bazar -- buy 2 /);
  assert.match(helps[1]!.out.replaceAll(/\s+/g, ' '), 'title, topic, price and stock');
});

test('a store that cannot be reached ends with 3, and says that nothing happened', async () => {
  const { code, out, err } = await bazar('buy', '1', '--url', 'http://127.0.0.1:1', '--timeout', '0.5');
  assert.is(code, 3);
  assert.is(out, '');
  assert.match(err, 'no connection to http://127.0.0.1:1');
  assert.match(err, 'Nothing was changed.');
});

test('tables for people, one JSON value for programs', () =>
  withStore(async (at) => {
    const titles = await bazar('search', 'undergraduate', 'school', ...at);
    assert.is(titles.code, 0);
    assert.match(titles.out, /^id {2}title\n 3 {2}Xen and the Art/);
    assert.not.match(titles.out, '\u001b');
    const json = await bazar('search', 'distributed systems', '--json', ...at);
    assert.equal(JSON.parse(json.out)[1], { id: 2, title: 'RPCs for Noobs' });
    assert.match((await bazar('search', 'x', ...at)).out, 'No book has the topic "x".');
    assert.match((await bazar('info', '2', ...at)).out, /^title +RPCs for Noobs$/m);
    const status = await bazar('status', ...at);
    assert.match(status.out, /^catalog-1 +ready +leader +3 /m);
    assert.match(status.out, 'Leader: catalog-1. Cache: memory, 5 hits, 2 misses.');
    assert.match((await bazar('audit', '--ledger', ...at)).out, 'Consistent: the catalogs agree');
  }));

test('a purchase tells its order id, and the same id again is the same order', () =>
  withStore(async (at, store) => {
    const bought = await bazar('buy', '2', '--quantity', '3', '--order', 'mine', ...at);
    assert.is(bought.code, 0);
    assert.match(bought.out, 'Bought 3 copies of "RPCs for Noobs" at 10.00.\nOrder mine, 30.00 in all.');
    const again = await bazar('buy', '2', '--quantity', '3', '--order', 'mine', ...at);
    assert.match(again.out, 'nothing more was bought');
    assert.is(store.book(2)?.stock, 97);
    assert.match((await bazar('order', 'mine', ...at)).out, /^Order mine: confirmed at 2026/);
  }));

test('an order id may begin with a dash: after an equals sign, and after two dashes', () =>
  withStore(async (at, store) => {
    assert.is((await bazar('buy', '2', '--order=-mine', ...at)).code, 0);
    assert.is(store.book(2)?.stock, 99);
    assert.match((await bazar('order', ...at, '--', '-mine')).out, /^Order -mine: confirmed/);
  }));

test('help is given whatever else is on the line, and nothing is done', async () => {
  for (const args of [
    ['buy', 'x', '--help'],
    ['buy', '--quantity', 'x', '--help'],
    ['--help', 'audit', '--timeout', 'x'],
  ]) {
    const { code, out, err } = await bazar(...args);
    assert.equal([code, err], [0, ''], args.join(' '));
    assert.match(out, /^Usage: npm run bazar -- /);
  }
});

test('a refusal ends with 1, for people on standard error and for programs as JSON', () =>
  withStore(async (at) => {
    const soldOut = await bazar('buy', '2', '--quantity', '101', '--json', ...at);
    assert.is(soldOut.code, 1);
    assert.equal(JSON.parse(soldOut.out).error.code, 'sold-out');
    assert.equal(JSON.parse(soldOut.out).error.outcome, 'refused');
    assert.match(
      soldOut.err,
      'There are 101 copies wanted and 100 left of book 2, “RPCs for Noobs”. Nothing was changed.',
    );
    assert.is((await bazar('info', '99', ...at)).code, 1);
    assert.is((await bazar('order', 'nobody', ...at)).code, 1);
    const wrong = await bazar('price', '1', '5', '--token', 'guess', ...at);
    assert.is(wrong.code, 1);
    assert.match(wrong.err, 'The token is missing or wrong.');
  }));

test('an unknown outcome ends with 3 and the command line that asks for the same again', () =>
  withStore(
    async (at) => {
      const { code, err } = await bazar('buy', '1', '--timeout', '0.5', ...at);
      assert.is(code, 3);
      assert.match(err, 'It may or may not have happened.');
      assert.match(
        err,
        /npm run bazar -- buy 1 --quantity 1 --order=[\w-]{21} --url http:\/\/127.0.0.1:\d+$/m,
      );
    },
    ({ method }) => {
      if (method === 'purchase') throw new BazarError('outcome-unknown');
      return SILENCE;
    },
  ));

test('an interrupted purchase still tells its order id', () => {
  let asked = false;
  return withStore(
    async (at) => {
      const running = start(['buy', '1', '--order', 'halfway', ...at]);
      await eventually('the purchase was sent', () => asked);
      running.child.kill('SIGINT');
      const { code, err } = await running.ended;
      assert.is(code, 3);
      assert.match(err, '--order=halfway');
    },
    () => {
      asked = true;
      return SILENCE;
    },
  );
});

test('the admin token is taken from the option, the environment, or the data directory', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at, store) => {
      await writeFile(join(folder, 'admin-token'), `${TOKEN}\n`);
      assert.match((await bazar('restock', '1', '5', '--token', TOKEN, ...at)).out, '105 on the shelf');
      const byEnvironment = await start(['price', '1', '12.5', ...at], { BAZAR_ADMIN_TOKEN: TOKEN }).ended;
      assert.match(byEnvironment.out, 'costs 12.50 now');
      assert.is((await bazar('restock', '1', '5', '--data', folder, ...at)).code, 0);
      assert.is(store.book(1)?.stock, 110);
      const stale = await bazar('restock', '1', '5', '--expect-version', '1', '--token', TOKEN, ...at);
      assert.is(stale.code, 1);
      assert.match(stale.err, /Book 1 is at version \d+, not at the expected one/);
      assert.is(store.book(1)?.stock, 110);
    }),
  ));

test('the topics are listed, and the line for the next page is one argument for a shell', () =>
  withStore(async (at) => {
    assert.match((await bazar('topics', ...at)).out, /undergraduate school +3/);
    const { out } = await bazar('topics', '--limit', '1', ...at);
    assert.match(out, "topics --after='distributed systems' --url");
    const json = await bazar('topics', '--after', 'zoo', '--json', ...at);
    assert.equal(JSON.parse(json.out), { topics: [], next: null });
  }));

test('orders are listed with the reader token of the data directory, and not without a token', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at) => {
      await bazar('buy', '1', '--order', 'mine', ...at);
      assert.match((await bazar('orders', '--data', folder, ...at)).err, 'this needs the reader token');
      await writeFile(join(folder, 'reader-token'), `${READER_TOKEN}\n`);
      assert.match((await bazar('orders', '--data', folder, ...at)).out, /mine +confirmed/);
      const only = async (status: string) =>
        (await bazar('orders', '--status', status, '--data', folder, ...at)).out.includes('mine');
      assert.equal([await only('confirmed'), await only('cancelled')], [true, false]);
      assert.is((await bazar('orders', '--status', 'lost', '--data', folder, ...at)).code, 2);
      const byEnvironment = await start(['orders', ...at], { BAZAR_READER_TOKEN: READER_TOKEN }).ended;
      assert.match(byEnvironment.out, /mine +confirmed/);
    }),
  ));

test('watch shows the present states and then every change, until it is interrupted', () =>
  withStore(async (at) => {
    const watching = start(['watch', '1', '--json', ...at]);
    try {
      await eventually('the present state is shown', () => watching.out().includes('"stock":100'));
      await bazar('buy', '1', ...at);
      await eventually('the change is shown', () => watching.out().includes('"stock":99'));
    } finally {
      watching.child.kill('SIGINT');
    }
    const { code, out } = await watching.ended;
    assert.is(code, 0);
    const lines = out.trim().split('\n');
    assert.equal(
      lines.map((line) => JSON.parse(line).stock),
      [100, 99],
    );
  }));

test('an import adds what is new, skips what is there, and changes nothing the second time', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at, store) => {
      const file = join(folder, 'books.csv');
      await writeFile(file, `${HEADER}\n7,Old,t,1,1\n8,"New, one",t,2.50,5\n9,Ζορμπάς,t,3,0\n`);
      const admin = ['--token', TOKEN, ...at];
      const first = await bazar('import', file, ...admin);
      assert.is(first.code, 0);
      assert.match(first.out, /^3 books read, 2 added, 1 skipped in \d+\.\d s\n/);
      assert.match(first.out, '1 have the id of another book: line 2: book 7 of the store is "Spring in');
      assert.is(store.book(9)?.title, 'Ζορμπάς');
      const second = await bazar('import', file, '--json', ...admin);
      const { read, added, skipped } = JSON.parse(second.out);
      assert.equal({ read, added, skipped }, { read: 3, added: 0, skipped: 3 });
    }),
  ));

test('a file with one bad row is named by its line, and nothing of it is added', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at, store) => {
      await mkdir(join(folder, 'sub'));
      const file = join(folder, 'sub', 'bad.csv');
      await writeFile(file, `${HEADER}\n8,A,t,1,1\n9,B,t,one,1\n`);
      const { code, err } = await bazar('import', file, '--token', TOKEN, ...at);
      assert.is(code, 1);
      assert.match(err, `${file}: line 3: the price "one" is not an amount`);
      assert.match(err, 'Nothing was added');
      assert.is(store.calls.length, 0);
    }),
  ));

test('a new list shows what it would change, then changes it, and again changes nothing', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at, store) => {
      const file = join(folder, 'list.csv');
      const titles = [1, 2].map((id) => store.book(id)!.title);
      const rows = [`${titles[0]};t;12,99;100`, `${titles[1]};t;10;95`, 'New;t;1;1'];
      await writeFile(file, `title;topic;price;stock;shelf\n${rows.map((row) => `${row};x\n`).join('')}`);
      const admin = ['--token', TOKEN, ...at];

      const told = await bazar('import', file, ...admin);
      assert.match(told.out, /^3 books read, 1 added, 2 skipped/);
      assert.match(
        told.out,
        '2 of those there have another price or stock: --update sets them, --dry-run shows them',
      );
      assert.match(told.out, 'columns that were not read: shelf');
      assert.is(store.book(1)?.price, 10_00);

      const plan = await bazar('import', file, '--update', '--dry-run', ...admin);
      assert.match(plan.out, '3 books read: 0 are new, 3 are there, 2 of them differ');
      assert.match(plan.out, /line 2 +1 .* 10\.00 → 12\.99 +100\n/);
      assert.match(plan.out, /line 3 +2 .* 10\.00 +100 → 95\n/);
      assert.match(plan.out, 'Nothing was changed.');
      assert.is(store.book(2)?.stock, 100);

      const updated = await bazar('import', file, '--update', '--json', ...admin);
      const { read, added, skipped, differ, ignored, ...rest } = JSON.parse(updated.out);
      assert.equal(
        { read, added, skipped, differ, updated: rest.updated, ignored },
        { read: 3, added: 0, skipped: 3, differ: 2, updated: 2, ignored: ['shelf'] },
      );
      assert.equal([store.book(1)?.price, store.book(1)?.stock], [12_99, 100]);
      // The correction is booked as signed: the ledger still balances.
      const { initial, restocked, sold, stock } = store.book(2)!;
      assert.equal([initial, restocked, sold, stock], [100, -5, 0, 95]);
      const again = await bazar('import', file, '--update', '--json', ...admin);
      assert.is(JSON.parse(again.out).differ, 0);

      await writeFile(file, `title;topic;price;stock;per customer\n${titles[0]};t;12,99;100;2\n`);
      assert.match((await bazar('import', file, '--update', '--dry-run', ...admin)).out, 'none → 2');
      await bazar('import', file, '--update', ...admin);
      assert.is(store.book(1)?.perCustomer, 2);
    }),
  ));

test('several bad rows are told line by line, and in JSON as a list', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'bad.csv');
    await writeFile(file, `${HEADER}\n8,A,t,1,1\n9,B,t,one,1\n10,C,t,1,5.5\n`);
    const { code, err } = await bazar('import', file, '--token', TOKEN);
    assert.is(code, 1);
    const lines = err.trimEnd().split('\n');
    assert.match(lines[0]!, `bazar: ${file}: line 3: the price "one" is not an amount`);
    assert.match(lines[1]!, `bazar: ${file}: line 4: the stock "5.5" is not a whole number`);
    assert.is(lines[2], `bazar: ${file} has 2 bad rows. Nothing was added.`);
    const json = JSON.parse((await bazar('import', file, '--token', TOKEN, '--json')).out);
    assert.equal([json.error.badRows, json.error.rows.length, json.error.line], [2, 2, 3]);
  }));

test('an update whose rows have the ids of other books is refused before anything is written', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at, store) => {
      const file = join(folder, 'foreign-ids.csv');
      await writeFile(file, `${HEADER}\n1,Somebody's first book,t,1,1\n`);
      const { code, err } = await bazar('import', file, '--update', '--token', TOKEN, ...at);
      assert.is(code, 1);
      assert.match(err, 'line 2: book 1 of the store is "How to get a good grade');
      assert.is(store.book(1)?.price, 10_00);
      const told = await bazar('import', file, '--token', TOKEN, ...at);
      assert.match(told.out, '1 have the id of another book: line 2: book 1 of the store is');
    }),
  ));

test('a file of more than 100 MB is refused before it is read', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'huge.csv');
    await writeFile(file, HEADER);
    // Without a byte written in it: reading it would be found out, since there is no row.
    await truncate(file, 100_000_001);
    const { code, err } = await bazar('import', file, '--token', TOKEN);
    assert.is(code, 1);
    assert.match(err, 'it has 100000001 bytes; 100 MB are allowed');
  }));

test('an export has all books or orders, and an import of it changes nothing', () =>
  inTemporaryFolder((folder) =>
    withStore(async (at, store) => {
      const admin = ['--token', TOKEN, ...at];
      const list = join(folder, 'list.csv');
      await writeFile(list, `${HEADER},isbn\n8,"A ""B"", C; D\n|E",t,2.50,5,0306406152\n9,Ζορμπάς,t,3,0,\n`);
      await bazar('import', list, ...admin);
      await bazar('buy', '8', '--quantity', '2', '--order', 'of-two', ...at);
      for (const name of ['books.csv', 'books.json']) {
        const file = join(folder, name);
        const written = await bazar('export', file, ...admin);
        assert.is(written.out, `9 books written to ${file}\n`);
        const again = await bazar('import', file, '--update', '--json', ...admin);
        const { read, skipped, differ, others } = JSON.parse(again.out);
        assert.equal({ read, skipped, differ, others }, { read: 9, skipped: 9, differ: 0, others: 0 });
      }
      assert.is(store.book(8)?.stock, 3);
      const orders = join(folder, 'orders.csv');
      assert.is((await bazar('export', orders, '--orders', '--token', READER_TOKEN, ...at)).code, 0);
      const [header, line] = (await readFile(orders, 'utf8')).split('\r\n');
      assert.is(header, 'order,status,why,at,customer,id,title,quantity,cancelled,price,total,refunded');
      assert.match(line!, /^of-two,confirmed,,/);
      assert.equal((await readdir(folder)).sort(), ['books.csv', 'books.json', 'list.csv', 'orders.csv']);
    }),
  ));

test('find shows books by their words, and says how to go on', () =>
  withStore(async (at) => {
    const found = await bazar('find', 'spring', 'valey', ...at);
    assert.is(found.code, 0);
    assert.match(
      found.out,
      /id {2}title +authors +topic +price {2}stock\n 7 {2}Spring in the Pioneer Valley +\S.* 10\.00 {4}100/,
    );
    const page = await bazar('find', '--sort', 'title', '--limit', '2', '--in-stock', ...at);
    const [, more = ''] = /More: npm run bazar -- (find .*)/.exec(page.out) ?? [];
    assert.match(more, /^find --sort=title --limit=2 --in-stock --after=[\w-]+ --url/);
    assert.match((await bazar(...more.split(' '))).out, /RPCs for Noobs/);
    assert.match((await bazar('find', 'zebra', ...at)).out, /No book fits/);
    assert.match((await bazar('find', '--isbn', '12', ...at)).err, /ISBN of 10 or 13 digits/);
    assert.match(
      (await bazar('find', '--sort', 'x', ...at)).err,
      /--sort must be one of relevance, id, title/,
    );
  }));

test('amounts are of the currency of the store, and a file is read by its decimals', () =>
  inTemporaryFolder(async (folder) => {
    const shop = await createMemoryShop(undefined, { code: 'KWD', decimals: 3 });
    const server = await serveWebSockets(shop.handle);
    const at = ['--url', server.url];
    try {
      assert.match((await bazar('info', '1', ...at)).out, /price +1\.000 KWD/);
      const bought = await bazar('buy', '1', '--quantity', '3', ...at);
      assert.match(bought.out, /3\.000 KWD in all/);
      const file = join(folder, 'books.csv');
      await writeFile(
        file,
        `${HEADER}\n1,How to get a good grade in DOS in 40 minutes a day,x,1.25,97\n9,Nine,x,0.005,2\n`,
      );
      const token = ['--token', TOKEN];
      const plan = await bazar('import', file, '--update', '--dry-run', ...token, ...at);
      assert.match(plan.out, /1\.000 → 1\.250/);
      assert.is((await bazar('import', file, '--update', ...token, ...at)).code, 0);
      assert.is(shop.book(1)?.price, 1250);
      assert.is(shop.book(9)?.price, 5);
      const out = join(folder, 'out.csv');
      await bazar('export', out, '--token', READER_TOKEN, ...at);
      assert.match(await readFile(out, 'utf8'), /9,Nine,,x,,,0\.005,2/);
      const again = await bazar('import', out, '--update', '--json', ...token, ...at);
      assert.equal([JSON.parse(again.out).added, JSON.parse(again.out).differ], [0, 0]);
      await writeFile(file, `${HEADER}\n9,Nine,x,0.0055,2\n`);
      assert.match((await bazar('import', file, ...token, ...at)).err, /"0\.0055" is not an amount/);
      assert.match((await bazar('price', '1', '1.9999', ...token, ...at)).err, /AMOUNT must be/);
    } finally {
      await server.close();
    }
  }));

test('a keeper edits a book, counts copies, retires it and brings it back, and sees the history of that', () =>
  withStore(async (at, store) => {
    const admin = ['--token', TOKEN, ...at];
    const edited = await bazar(
      'edit',
      '2',
      '--title',
      'RPCs for All',
      '--year=2002',
      '--price',
      '12.5',
      ...admin,
    );
    assert.match(edited.out, /Changed book 2, "RPCs for All"; it is at version \d+\./);
    assert.match((await bazar('edit', '2', '--year=', ...admin)).out, /Changed book 2/);
    assert.is(store.book(2)?.year, undefined);
    assert.match(
      (await bazar('adjust', '2', '-3', '--reason', 'torn', ...admin)).out,
      /Took 3 copies of .*: 97 on/,
    );
    assert.match((await bazar('adjust', '2', '+1', ...admin)).out, /Put in 1 copy of .*: 98 on/);
    const refused = await bazar('adjust', '2', '-99', ...admin);
    assert.is(refused.code, 1);
    assert.match(
      refused.err,
      /There are 98 copies of book 2, fewer than are to be taken away\. Nothing was changed/,
    );
    assert.match((await bazar('retire', '2', ...admin)).out, /"RPCs for All" is out of search and sale/);
    assert.match((await bazar('info', '2', ...at)).out, /sale +out of search and sale/);
    assert.match((await bazar('buy', '2', ...at)).err, /Book 2, “RPCs for All” was taken out of sale\./);
    assert.match((await bazar('restore', '2', ...admin)).out, /is in search and on sale/);
    const { out } = await bazar('history', '2', '--limit', '4', '--token', READER_TOKEN, ...at);
    assert.match(out, / 5 .*retired: false → true/);
    assert.match(out, / 3 .*stock: 100 → 97 +torn/);
    assert.match(out, /More: npm run bazar -- history 2 --after=3/);
    assert.match((await bazar('edit', '2', ...admin)).err, /say what to change/);
    assert.match(
      (await bazar('adjust', '2', 'x', ...admin)).err,
      /BY must be a number of copies like \+3 or -2/,
    );
  }));

test.run();
