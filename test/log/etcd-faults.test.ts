import { rm } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeBatch } from '../../actors/log/batch.ts';
import { type CommandLog, LOG_LEVEL, type LogBatch } from '../../actors/log/command-log.ts';
import { sleep, stayAlive, systemClock } from '../../runtime/clock.ts';
import { asBazarError, type BazarError, StartRefused } from '../../runtime/errors.ts';
import { openProxy, type TcpProxy } from '../chaos/proxy.ts';
import { type TestEtcd, type TestEtcdOptions, withEtcd } from '../support/etcd.ts';
import { freePort } from '../support/free-port.ts';
import { needs } from '../support/needs.ts';
import { batchOf, distinct, type Followed, follow, rejected, until } from './command-log-suite.ts';
import { openLog, readableLogger } from './etcd-logs.ts';

const inMs = (ms: number) => systemClock.monotonic() + ms;
const soon = () => inMs(8_000);

/** A test with an etcd of its own. */
function overEtcd(options: TestEtcdOptions, name: string, work: (etcd: TestEtcd) => Promise<void>): void {
  test(
    name,
    needs('etcd', name, async () => {
      const letGo = stayAlive();
      await withEtcd(options, work).finally(letGo);
    }),
  );
}

/** Appends as a catalog does: the same batch until it is acknowledged. */
async function insist(log: CommandLog<string>, batch: LogBatch<string>): Promise<void> {
  const deadline = inMs(15_000);
  for (;;) {
    try {
      await log.append(batch, Math.min(deadline, inMs(5_000)));
      return;
    } catch (error) {
      if (systemClock.monotonic() > deadline) throw error;
      await sleep(systemClock, 50);
    }
  }
}

async function fill(log: CommandLog<string>, count: number): Promise<void> {
  for (let done = 0; done < count; done += 250) {
    await Promise.all(Array.from({ length: 250 }, (_, at) => insist(log, batchOf(`${done + at}`))));
  }
}

/** The same batches in the same order, and numbers without a gap. */
function assertSame(one: Followed, other: Followed): void {
  const length = Math.min(one.batches.length, other.batches.length);
  assert.equal(one.batches.slice(0, length), other.batches.slice(0, length));
  assert.ok(one.batches.every(({ ordinal }, at) => ordinal === at + 1));
  assert.equal([...one.broken, ...other.broken], []);
}

async function throughProxies(
  etcd: TestEtcd,
  work: (proxies: readonly TcpProxy[], urls: string[]) => Promise<void>,
) {
  const proxies: TcpProxy[] = [];
  for (const url of etcd.urls) {
    const proxy = await openProxy();
    const { hostname, port } = new URL(url);
    proxy.leadTo({ host: hostname, port: Number(port) });
    proxies.push(proxy);
  }
  const urls = proxies.map(({ at }) => `http://127.0.0.1:${'port' in at ? at.port : 0}`);
  try {
    await work(proxies, urls);
  } finally {
    for (const proxy of proxies) await proxy.close();
  }
}

overEtcd(
  { members: 3 },
  'the leading member is killed with 200 batches in flight, then another is paused: none acknowledged is lost, all see one order',
  async (etcd) => {
    const [one, other] = await Promise.all([openLog(etcd.urls, 'kill'), openLog(etcd.urls, 'kill')]);
    const [here, there] = [follow(one!), follow(other!)];
    const leader = await etcd.leader();
    const acknowledged = new Set<string>();
    let killed: Promise<void> | undefined;
    const append = async (at: number) => {
      const batch = batchOf(`${at}`);
      await insist(at % 2 ? one! : other!, batch);
      acknowledged.add(batch.id);
      killed ??= leader.kill();
    };
    const appends = Array.from({ length: 300 }, (_, at) => append(at));
    await Promise.race(appends);
    for (let count = 0; count < 50; count++) appends.push(append(count));
    await Promise.all(appends);
    await killed;
    assert.is(acknowledged.size, 350);
    await until(systemClock, 'delivery', () => distinct(here) === 350 && distinct(there) === 350);
    assertSame(here, there);

    leader.start();
    await etcd.control('endpoint', 'health');
    const next = await etcd.leader();
    next.signal('SIGSTOP');
    const begin = systemClock.monotonic();
    await insist(one!, batchOf('while it is paused'));
    assert.ok((await other!.barrier(soon())) > 350);
    await until(systemClock, 'delivery', () =>
      [here, there].every(({ commands }) => commands.includes('while it is paused')),
    );
    const took = systemClock.monotonic() - begin;
    assert.ok(took < 5_000, `${took} ms`);
    next.signal('SIGCONT');
    assertSame(here, there);
    await Promise.all([one!.close(), other!.close()]);
  },
);

overEtcd(
  {},
  'a connection that is cut while thousands of batches are caught up with goes on where it was, and skips none',
  async (etcd) => {
    const writer = await openLog(etcd.urls, 'cut');
    await fill(writer, 3_000);
    await throughProxies(etcd, async ([proxy], urls) => {
      const log = await openLog(urls, 'cut');
      const cuts: number[] = [];
      const ordinals: number[] = [];
      const broken: string[] = [];
      log.follow(
        { cursor: 0, ordinal: 0 },
        {
          batch({ ordinal }) {
            ordinals.push(ordinal);
            if (ordinal % 700 !== 1) return;
            proxy!.reset();
            cuts.push(ordinal);
          },
          broken: (reason) => void broken.push(reason),
        },
      );
      const end = await writer.barrier(soon());
      await until(systemClock, 'all', () => ordinals.length >= end);
      assert.equal(
        ordinals,
        ordinals.map((_, at) => at + 1),
      );
      assert.equal(broken, []);
      assert.ok(cuts.length >= 3 && cuts[0]! < 1_000);
      await insist(writer, batchOf('after'));
      await until(systemClock, 'more', () => ordinals.length > end);
      await log.close();
    });
    await writer.close();
  },
);

overEtcd(
  { members: 3 },
  'one cut off from a member in silence appends, asks and follows by the others within two seconds',
  async (etcd) => {
    await throughProxies(etcd, async (proxies, urls) => {
      const [cut, other] = await Promise.all([openLog(urls, 'silent'), openLog(etcd.urls, 'silent')]);
      const followed = follow(cut!);
      await insist(cut!, batchOf('before'));
      await until(systemClock, 'the first', () => followed.commands.includes('before'));
      for (const silent of proxies) {
        silent.stop({ forth: true, back: true });
        const begin = systemClock.monotonic();
        await insist(cut!, batchOf('mine'));
        await cut!.barrier(soon());
        const foreign = batchOf(`foreign ${urls[proxies.indexOf(silent)]}`);
        await insist(other!, foreign);
        await until(systemClock, 'delivery', () => followed.commands.includes(foreign.commands[0]!));
        const took = systemClock.monotonic() - begin;
        assert.ok(took < 2_000, `${took} ms`);
        silent.stop({ forth: false, back: false });
      }
      // Both watches are on silent members: the third tells that something is missing.
      proxies[0]!.stop({ forth: true, back: true });
      proxies[1]!.stop({ forth: true, back: true });
      await insist(other!, batchOf('by the third'));
      await until(systemClock, 'the third', () => followed.commands.includes('by the third'));
      assert.equal(followed.broken, []);
      await Promise.all([cut!.close(), other!.close()]);
    });
  },
);

overEtcd(
  {},
  'a log whose key is deleted, or written by another hand, is broken in words that say where',
  async (etcd) => {
    const put = (cluster: string, value: string) => etcd.control('put', `bazar/${cluster}/log.1`, value);
    const newer = { ...batchOf('newer'), level: LOG_LEVEL + 1 };
    const hands: readonly [string, () => Promise<string>, string, RegExp][] = [
      ['deleted', () => etcd.control('del', 'bazar/deleted/log.1'), 'regressed', /its key (was )?deleted/],
      [
        'damaged',
        () => put('damaged', `${encodeBatch(batchOf('x'))} `),
        'damaged',
        /batch 2 at revision \d+ is not what was written/,
      ],
      ['newer', () => put('newer', encodeBatch(newer)), 'newer', /batch 2 has the format 2, which is newer/],
    ];
    for (const [cluster, hand, reason, words] of hands) {
      const log = await openLog(etcd.urls, cluster);
      const followed = follow(log);
      await insist(log, batchOf('good'));
      await hand();
      await until(systemClock, reason, () => followed.broken.length === 1);
      assert.is(followed.broken[0]!.reason, reason);
      assert.match(followed.broken[0]!.words, words);
      assert.ok(followed.broken[0]!.words.startsWith(`etcd at ${etcd.urls[0]}: `));
      assert.equal(followed.commands, ['good']);
      await log.close();
    }
  },
);

overEtcd(
  {},
  'compaction by another hand where nothing of the log was is no trim: of a new log, and of one at rest',
  async (etcd) => {
    for (let count = 0; count < 5; count++) await etcd.control('put', 'other', `${count}`);
    await etcd.control('compact', '5');
    const log = await openLog(etcd.urls, 'new');
    const first = follow(log);
    await insist(log, batchOf('first'));
    await until(systemClock, 'the first', () => first.commands.includes('first'));
    for (let count = 0; count < 5; count++) await etcd.control('put', 'other', `${count}`);
    await etcd.control('compact', '11');
    const resting = follow(log, first.batches[0]);
    await insist(log, batchOf('second'));
    await until(systemClock, 'the second', () => resting.commands.includes('second'));
    assert.equal([...first.broken, ...resting.broken], []);
    await log.close();
  },
);

overEtcd(
  { quotaBytes: 8 * 1024 * 1024 },
  'a full etcd refuses appends as log-full and none of these is there; reads go on, and after a trim appends too',
  async (etcd) => {
    const { lines, logger } = readableLogger();
    const log = await openLog(etcd.urls, 'full', { logger });
    const followed = follow(log);
    const large = () => batchOf('x'.repeat(512 * 1024));
    const acknowledged = new Set<string>();
    const refused: BazarError[] = [];
    const append = (batch: LogBatch<string>) =>
      log.append(batch, soon()).then(
        () => void acknowledged.add(batch.id),
        (error) => void refused.push(asBazarError(error)),
      );
    for (let round = 0; round < 20 && refused.length < 8; round++) {
      await Promise.all(Array.from({ length: 4 }, () => append(large())));
    }
    assert.ok(refused.length >= 8);
    for (const { code, outcome, message } of refused) {
      assert.equal([code, outcome], ['log-full', 'none']);
      assert.match(message, /^http:.*: etcdserver: mvcc: database space exceeded$/);
    }
    assert.is((await rejected(log.append(batchOf('small'), soon()))).code, 'log-full');
    const end = await log.barrier(soon());
    await until(systemClock, 'all', () => followed.batches.length === end);
    // The put that fills etcd is done and yet refused: here each is told what became of it.
    assert.equal(new Set(followed.batches.map(({ id }) => id)), acknowledged);
    assert.equal(follow(log, followed.batches.at(-1)).broken, []);
    await log.trim(followed.batches.at(-1)!.cursor);
    assert.match(lines.join('\n'), 'was full: it was trimmed and defragmented');
    await log.append(batchOf('again'), soon());
    await until(systemClock, 'more', () => followed.commands.includes('again'));
    assert.not(followed.commands.includes('small'));
    await log.close();
  },
);

overEtcd(
  {},
  'an etcd that was emptied is seen for what it is, and a record goes whose writer is gone',
  async (etcd) => {
    const log = await openLog(etcd.urls, 'emptied');
    await log.board.put('nodes/a', 'here', 1_000);
    assert.is((await log.board.list('nodes/')).get('nodes/a'), 'here');
    const followed = follow(log);
    await fill(log, 250);
    await until(systemClock, 'all', () => distinct(followed) === 250);
    const [member] = etcd.members;
    let present = true;
    await until(systemClock, 'the end of the record', () => {
      log.board.list('nodes/').then(
        ({ size }) => {
          present = size > 0;
        },
        () => {},
      );
      return !present;
    });
    await member!.kill();
    await rm(member!.data, { recursive: true });
    member!.start();
    await until(systemClock, 'the word', () => followed.broken.length === 1);
    assert.is(followed.broken[0]!.reason, 'regressed');
    assert.match(followed.broken[0]!.words, /ends with batch 0 at revision 0, but batch 250 was delivered/);
    await log.close();
  },
);

overEtcd(
  {},
  'a start waits for an etcd that is not there, and says where; members of two are refused',
  async (etcd) => {
    const { lines, logger } = readableLogger();
    const [member] = etcd.members;
    await member!.kill();
    const opening = openLog(etcd.urls, 'wait', { logger });
    await until(systemClock, 'a line', () => lines.length === 1);
    assert.match(lines[0]!, `etcd at ${etcd.urls[0]} cannot be used yet`);
    member!.start();
    const log = await opening;
    await log.append(batchOf('at last'), soon());
    await log.close();
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const alone = await openLog([nobody, ...etcd.urls], 'wait');
    await alone.append(batchOf('by the one that is there'), soon());
    await alone.close();
    await withEtcd({ args: ['--initial-cluster-token=another'] }, async ({ urls }) => {
      const error = await rejected(openLog([...etcd.urls, ...urls], 'wait'));
      assert.instance(error, StartRefused);
      assert.match(error.message, 'is of another etcd than the other members');
    });
  },
);

test.run();
