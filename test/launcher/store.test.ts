import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bookList } from '../../client/files/books-file.ts';
import { systemClock } from '../../runtime/clock.ts';
import { StartRefused } from '../../runtime/errors.ts';
import { type Cluster, startCluster } from '../../runtime/launcher/cluster.ts';
import { readConfig, UsageError } from '../../runtime/launcher/config.ts';
import type { AddressFor } from '../../runtime/launcher/supervisor.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { systemRandom } from '../../runtime/random.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder, temporaryFolder } from '../support/temporary.ts';

/** The launcher over real processes that only speak to it: `tiny-node.ts`. */

const program = new URL('../support/tiny-node.cjs', import.meta.url);
const books = [{ id: 1, title: 'RPCs for Noobs', topic: 'distributed systems', price: 1_000, stock: 3 }];

function start(folder: string, args: string[] = [], addressFor?: AddressFor): Promise<Cluster> {
  const flags = [
    '--data',
    join(folder, 'data'),
    '--port',
    '0',
    '--no-redis',
    '--orders',
    '1',
    '--limit',
    'drainMs=2000',
  ];
  const config = readConfig([...flags, ...args], {});
  if (config === 'help') throw new Error('asked for help');
  const programs = { catalog: program, order: program, gateway: program };
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  return startCluster({ config, programs, books: bookList(books), logFormat: 'json', addressFor, ...ports });
}

async function withStore(
  folder: string,
  args: string[],
  work: (store: Cluster) => Promise<void>,
  addressFor?: AddressFor,
): Promise<void> {
  const store = await start(folder, args, addressFor);
  try {
    await work(store);
  } finally {
    await store.stop();
  }
}

const nodeOf = (store: Cluster, id: string) => store.supervisor.nodes.find((node) => node.id === id)!;
const inData = (folder: string, ...names: string[]) => join(folder, 'data', ...names);
const readJson = async (file: string) => JSON.parse(await readFile(file, 'utf8'));

async function failure(attempt: Promise<unknown>): Promise<Error> {
  return attempt.then(
    () => Promise.reject(new Error('it did not fail')),
    (reason) => reason,
  );
}

/** One store for all that leaves it whole, and the folder of a store that was started once and then ended. */
let shared: { readonly folder: string; readonly store: Cluster } | undefined;
let filled = '';

test.before(async () => {
  filled = await temporaryFolder();
  await withStore(filled, [], async (store) => void (await store.ready));
  const folder = await temporaryFolder();
  const store = await start(folder);
  shared = { folder, store };
  await store.ready;
});
test.after(async () => {
  await shared?.store.stop();
  for (const folder of [filled, shared?.folder]) if (folder) await rm(folder, { recursive: true });
});

/** A store that was started before. */
function inFilledFolder(work: (folder: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    await cp(filled, folder, { recursive: true });
    await work(folder);
  });
}

test('the first start makes every catalog, then introduces all, then fills the store', async () => {
  const { folder, store } = shared!;
  const ready = await store.ready;
  assert.is(ready.seeded, 1);
  assert.is(store.supervisor.nodes.length, 5);
  const { formatted, seeded } = await readJson(inData(folder, 'cluster.json'));
  assert.equal([formatted, seeded], [true, true]);
  const identities = store.supervisor.nodes.filter(({ kind }) => kind === 'catalog');
  assert.equal(
    identities.map(({ identity }) => identity),
    ['formatted', 'formatted', 'formatted'],
  );
  const book = await eventually('addresses', () => readJson(inData(folder, 'order-1', 'addresses')));
  const others = store.supervisor.nodes.map(({ id }) => id).filter((id) => id !== 'order-1');
  assert.equal(Object.keys(book).sort(), others.sort());
});

test('a process that is killed is started again and all others learn where it is', async () => {
  const { folder, store } = shared!;
  const before = nodeOf(store, 'catalog-2');
  process.kill(before.pid!, 'SIGKILL');
  const after = await eventually('a new process', () => {
    const node = nodeOf(store, 'catalog-2');
    return node.pid !== before.pid && node.state === 'ready' && node;
  });
  await eventually('its new address', async () => {
    const known = await readJson(inData(folder, 'gateway-1', 'addresses'));
    return known['catalog-2'] === after.url;
  });
});

test('a process that is killed comes back at another socket, and its old one is gone', async () => {
  const { store } = shared!;
  const before = await eventually('it listens', () => nodeOf(store, 'order-1').url);
  process.kill(nodeOf(store, 'order-1').pid!, 'SIGKILL');
  const after = await eventually('it listens again', () => {
    const { url } = nodeOf(store, 'order-1');
    return url !== before && url;
  });
  assert.not(existsSync(new URL(before).pathname));
  assert.ok(existsSync(new URL(after).pathname));
});

test('a gateway is told which processes there are, and that the first books are in', async () => {
  const { folder, store } = shared!;
  await eventually('its word on the books', () => existsSync(inData(folder, 'gateway-1', 'filled')));
  const told = async (id: string) => {
    const all = await readJson(inData(folder, 'gateway-1', 'processes'));
    return all.find((node: { id: string }) => node.id === id);
  };
  const { pid } = nodeOf(store, 'catalog-3');
  await eventually('its process', async () => (await told('catalog-3')).pid === pid);
  assert.is((await told('catalog-3')).reason, undefined);
  store.supervisor.signal('catalog-3', 'SIGKILL');
  await eventually('how the last one ended, with the process that starts', async () => {
    const node = await told('catalog-3');
    return node.pid !== undefined && node.pid !== pid && node.reason === 'SIGKILL';
  });
  await eventually('that it runs', async () => {
    const node = await told('catalog-3');
    return node.pid !== undefined && node.reason === undefined;
  });
  await writeFile(inData(folder, 'catalog-3', 'refuse'), '');
  store.supervisor.signal('catalog-3', 'SIGKILL');
  const gone = await eventually('its end', async () => {
    const node = await told('catalog-3');
    return node.pid === undefined && /damaged/.test(node.reason) && node;
  });
  assert.match(gone.reason, 'is damaged');
});

test('a gateway that is killed comes back on its port', async () => {
  const { store } = shared!;
  const { url } = await store.ready;
  const { pid } = nodeOf(store, 'gateway-1');
  process.kill(pid!, 'SIGKILL');
  await eventually('a new gateway', () => nodeOf(store, 'gateway-1').pid !== pid);
  await eventually('an answer', async () => (await fetch(url)).ok);
});

test('a signal reaches the process that a node has, and nobody else', async () => {
  const { store } = shared!;
  const { pid } = nodeOf(store, 'catalog-1');
  assert.is(store.supervisor.signal('catalog-1', 'SIGKILL'), true);
  await eventually('its end', () => nodeOf(store, 'catalog-1').pid !== pid);
  assert.is(store.supervisor.signal('catalog-9', 'SIGKILL'), false);
});

test('every process has a socket in one folder that nobody else may enter', async () => {
  const { store } = shared!;
  const running = store.supervisor.nodes.filter(({ refused }) => refused === undefined);
  await eventually('all listen', () =>
    running.every(({ id }) => nodeOf(store, id).state === 'ready' && nodeOf(store, id).url !== undefined),
  );
  const paths = running.map(({ id }) => new URL(nodeOf(store, id).url!).pathname);
  const place = dirname(paths[0]!);
  assert.is(statSync(place).mode & 0o777, 0o700);
  assert.equal([...new Set(paths.map(dirname))], [place]);
  assert.is(new Set(paths).size, paths.length);
});

test('at the end the sockets are gone, whoever does not drain is killed, and no signal reaches anybody', async () => {
  const { folder, store } = shared!;
  const { pid, url } = nodeOf(store, 'catalog-2');
  await writeFile(inData(folder, 'catalog-2', 'deaf'), '');
  await store.stop();
  assert.throws(() => process.kill(pid!, 0));
  assert.not(existsSync(dirname(new URL(url!).pathname)));
  assert.is(store.supervisor.signal('catalog-2', 'SIGKILL'), false);
});

test('a later start finds what the first one left and fills nothing', () =>
  inFilledFolder(async (folder) => {
    await withStore(folder, [], async (store) => {
      assert.is((await store.ready).seeded, undefined);
      // A later start waits for a majority only, which need not have catalog-1 in it.
      const { identity } = await eventually('catalog-1 has looked at its disk', () => {
        const node = nodeOf(store, 'catalog-1');
        return node.identity !== undefined && node;
      });
      assert.is(identity, 'present');
    });
    const posts = readdirSync(inData(folder, 'gateway-1')).filter((name) => name.startsWith('posted-'));
    assert.is(posts.length, 1);
  }));

test('where TCP is asked for, no process is given a socket', () =>
  inTemporaryFolder((folder) =>
    withStore(folder, ['--catalogs', '1', '--links', 'tcp'], async (store) => {
      await store.ready;
      assert.match(nodeOf(store, 'gateway-1').url!, /^ws:/);
    }),
  ));

test('one wiped catalog may start, a wiped majority may not', () =>
  inFilledFolder(async (folder) => {
    await rm(inData(folder, 'catalog-1'), { recursive: true });
    await withStore(folder, [], async (store) => {
      await store.ready;
      await eventually('catalog-1', () => nodeOf(store, 'catalog-1').identity === 'absent');
    });
    await rm(inData(folder, 'catalog-1'), { recursive: true });
    await rm(inData(folder, 'catalog-3'), { recursive: true });
    for (const id of ['order-1', 'gateway-1']) await rm(inData(folder, id), { recursive: true });
    await withStore(folder, [], async (store) => {
      const error = await failure(store.ready);
      assert.instance(error, StartRefused);
      assert.match(error.message, 'catalog-1 and catalog-3');
      assert.not(existsSync(inData(folder, 'order-1', 'addresses')));
    });
  }));

test('a catalog that refuses to start is left out while a majority is there', () =>
  inFilledFolder(async (folder) => {
    await writeFile(inData(folder, 'catalog-3', 'refuse'), '');
    await withStore(folder, [], async (store) => {
      await store.ready;
      const { pid } = nodeOf(store, 'catalog-3');
      await eventually('its end', () => nodeOf(store, 'catalog-3').state === 'down');
      assert.match(nodeOf(store, 'catalog-3').refused!, 'is damaged');
      assert.is(nodeOf(store, 'catalog-3').pid, pid);
    });
    await writeFile(inData(folder, 'catalog-2', 'refuse'), '');
    await withStore(folder, [], async (store) => {
      assert.match((await failure(store.ready)).message, /catalog-[23] is left out: .* is damaged/);
    });
  }));

test('a process that ends again and again during its start ends the start, with its own words', () =>
  inTemporaryFolder(async (folder) => {
    await mkdir(inData(folder, 'gateway-1'), { recursive: true });
    await writeFile(inData(folder, 'gateway-1', 'fail'), '');
    await withStore(folder, ['--catalogs', '1', '--limit', 'maxFailedStarts=2'], async (store) => {
      const error = await failure(store.ready);
      assert.instance(error, StartRefused);
      assert.match(error.message, 'gateway-1 ended 2 times in a row during its start');
      assert.match(error.message, 'a route has no description');
    });
  }));

test('one catalog that ends during its start does not keep a majority from it', () =>
  inFilledFolder(async (folder) => {
    await writeFile(inData(folder, 'catalog-3', 'fail'), '');
    await withStore(folder, ['--limit', 'maxFailedStarts=1'], async (store) => {
      await store.ready;
      await eventually('its ends', () => nodeOf(store, 'catalog-3').failedStarts > 1);
      await rm(inData(folder, 'catalog-3', 'fail'));
      await eventually('its start', () => nodeOf(store, 'catalog-3').state === 'ready');
      assert.is(nodeOf(store, 'catalog-3').failedStarts, 0);
    });
  }));

test('a catalog that cannot be made stops the first start', () =>
  inTemporaryFolder(async (folder) => {
    await withStore(folder, ['--catalogs', '1'], async (store) => void (await store.ready));
    await rm(inData(folder, 'cluster.json'));
    await rm(inData(folder, 'catalog-1'), { recursive: true });
    await mkdir(inData(folder, 'order-1'), { recursive: true });
    await writeFile(inData(folder, 'order-1', 'refuse'), '');
    await withStore(folder, ['--catalogs', '3'], async (store) => {
      assert.match((await failure(store.ready)).message, 'order-1 is left out');
    });
  }));

test('a proxy can be put between any two nodes', () =>
  inTemporaryFolder((folder) =>
    withStore(
      folder,
      ['--catalogs', '1'],
      async (store) => {
        await store.ready;
        const known = await eventually('addresses', () => readJson(inData(folder, 'order-1', 'addresses')));
        assert.match(known['catalog-1'], /^ws:\/\/proxy\/order-1\/catalog-1\?ws\+unix:/);
      },
      (viewer, target, url) => `ws://proxy/${viewer}/${target}?${url}`,
    ),
  ));

test('a port that is taken is refused before anything is started or written', () =>
  inTemporaryFolder(async (folder) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const error = await failure(start(folder, ['--port', String(port)]));
      assert.instance(error, UsageError);
      assert.match(error.message, `port ${port}: it is in use`);
      assert.not(existsSync(inData(folder)));
    } finally {
      taken.close();
    }
  }));

test.run();
