import type { uvu } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type BrokenLog,
  type CommandLog,
  type CommittedBatch,
  LOG_LEVEL,
  type LogBatch,
} from '../../actors/log/command-log.ts';
import { type Clock, sleep } from '../../runtime/clock.ts';

/** An engine under test. */
export interface LogFixture {
  /** Another connection to a log; each name has a log of its own. */
  open(name: string): Promise<CommandLog<string>>;
  readonly clock: Clock;
}

const PATIENCE_MS = 8_000;

let lastNumber = 0;

export function batchOf(...commands: string[]): LogBatch<string> {
  return { id: `suite.1.${++lastNumber}`, level: LOG_LEVEL, at: 1_000, seen: 0, commands };
}

export interface Followed {
  readonly batches: CommittedBatch<string>[];
  readonly broken: { readonly reason: BrokenLog; readonly words: string }[];
  readonly commands: string[];
  pause(): void;
  resume(): void;
  stop(): void;
}

export function follow(log: CommandLog<string>, from = { cursor: 0, ordinal: 0 }): Followed {
  const batches: CommittedBatch<string>[] = [];
  const broken: { reason: BrokenLog; words: string }[] = [];
  const following = log.follow(from, {
    batch: (batch) => void batches.push(batch),
    broken: (reason, words) => void broken.push({ reason, words }),
  });
  return {
    batches,
    broken,
    get commands() {
      return batches.flatMap(({ commands }) => commands);
    },
    pause: following.pause,
    resume: following.resume,
    stop: following.stop,
  };
}

/** How many batches were delivered, those that came again not counted: any may, since a silent engine is asked again. */
export function distinct({ batches }: Followed): number {
  return new Set(batches.map(({ id }) => id)).size;
}

/** Waits for a condition on the machine's clock. */
export async function until(clock: Clock, what: string, condition: () => boolean): Promise<void> {
  const deadline = clock.monotonic() + PATIENCE_MS;
  while (!condition()) {
    if (clock.monotonic() > deadline) throw new Error(`never: ${what}`);
    await sleep(clock, 5);
  }
}

export async function rejected(
  promise: Promise<unknown>,
): Promise<{ code: string; outcome: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    return error as { code: string; outcome: string; message: string };
  }
  throw new Error('it should have failed');
}

/** Every promise of the port that needs no fault to be seen. */
export function commandLogSuite(
  engine: string,
  fixture: () => LogFixture,
  test: uvu.Test<unknown>,
  wrap: (name: string, work: () => Promise<void>) => () => Promise<void> = (_, work) => work,
): void {
  const promise = (words: string, work: (fixture: LogFixture) => Promise<void>) => {
    const name = `${engine}: ${words}`;
    test(
      name,
      wrap(name, () => work(fixture())),
    );
  };
  const deadline = ({ clock }: LogFixture) => clock.monotonic() + PATIENCE_MS;

  promise('three followers are delivered the same batches in the same order, numbered from 1', async (at) => {
    const logs = await Promise.all(['order', 'order', 'order'].map(at.open));
    const followers = logs.map((log) => follow(log));
    const appends = [];
    for (let count = 0; count < 60; count++) {
      appends.push(logs[count % 3]!.append(batchOf(`command ${count}`, 'and another'), deadline(at)));
    }
    await Promise.all(appends);
    await logs[0]!.append(batchOf('last'), deadline(at));
    await until(at.clock, 'all delivered', () => followers.every((one) => one.commands.includes('last')));
    const [first] = followers;
    const { length } = first!.batches;
    assert.is(distinct(first!), 61);
    for (const { batches, broken } of followers) {
      assert.equal(batches.slice(0, length), first!.batches.slice(0, length));
      assert.equal(broken, []);
    }
    const numbers = first!.batches.map(({ ordinal }) => ordinal);
    assert.equal(
      numbers,
      numbers.map((_, place) => place + 1),
    );
    const cursors = first!.batches.map(({ cursor }) => cursor);
    assert.equal(
      cursors,
      [...new Set(cursors)].sort((a, b) => a - b),
    );
    await Promise.all(logs.map((log) => log.close()));
  });

  promise('a batch that is appended again under its id is delivered again at most, unchanged', async (at) => {
    const log = await at.open('again');
    const followed = follow(log);
    const batch = batchOf('once', 'ünïcode ✓');
    await log.append(batch, deadline(at));
    await log.append(batch, deadline(at));
    await log.append(batchOf('last'), deadline(at));
    await until(at.clock, 'the last', () => followed.commands.includes('last'));
    const same = followed.batches.filter(({ id }) => id === batch.id);
    assert.ok(same.length >= 1);
    for (const { commands, level, at: time } of same) {
      assert.equal(
        { commands, level, at: time },
        { commands: batch.commands, level: batch.level, at: batch.at },
      );
    }
    await log.close();
  });

  promise('a barrier covers what was acknowledged to another connection', async (at) => {
    const [one, other] = await Promise.all([at.open('barrier'), at.open('barrier')]);
    assert.is(await other!.barrier(deadline(at)), 0);
    for (let count = 1; count <= 10; count++) {
      await one!.append(batchOf(`${count}`), deadline(at));
      assert.ok((await other!.barrier(deadline(at))) >= count);
    }
    await Promise.all([one!.close(), other!.close()]);
  });

  promise('one who follows from a place is delivered what comes after it, until it stops', async (at) => {
    const log = await at.open('place');
    const first = follow(log);
    for (let count = 1; count <= 10; count++) await log.append(batchOf(`${count}`), deadline(at));
    await until(at.clock, 'ten', () => distinct(first) === 10);
    const later = follow(log, first.batches[6]);
    await until(at.clock, 'the rest', () => later.commands.includes('10'));
    assert.equal(later.batches[0], first.batches[7]);
    later.stop();
    const { length } = later.batches;
    await log.append(batchOf('after'), deadline(at));
    await until(at.clock, 'more', () => first.commands.includes('after'));
    assert.is(later.batches.length, length);
    await log.close();
  });

  promise('nothing is delivered to one who has paused, and all of it afterwards', async (at) => {
    const log = await at.open('pause');
    const [paused, other] = [follow(log), follow(log)];
    await log.append(batchOf('before'), deadline(at));
    await until(at.clock, 'the first', () => distinct(paused) === 1 && distinct(other) === 1);
    paused.pause();
    for (let count = 0; count < 20; count++) await log.append(batchOf(`${count}`), deadline(at));
    await until(at.clock, 'all', () => other.commands.includes('19'));
    assert.is(distinct(paused), 1);
    paused.resume();
    await until(at.clock, 'all after the pause', () => paused.commands.includes('19'));
    assert.is(distinct(paused), 21);
    await log.close();
  });

  promise('one who stands before what was let go of is told so, one behind it goes on', async (at) => {
    const log = await at.open('trim');
    const first = follow(log);
    for (let count = 1; count <= 10; count++) await log.append(batchOf(`${count}`), deadline(at));
    await until(at.clock, 'ten', () => distinct(first) === 10);
    const kept = first.batches[5]!;
    await log.trim(kept.cursor);
    await log.trim(kept.cursor);
    const [lost, whole] = [follow(log, first.batches[1]), follow(log, kept)];
    await until(at.clock, 'the word', () => lost.broken.length === 1);
    assert.is(lost.broken[0]!.reason, 'trimmed');
    assert.equal(lost.batches, []);
    await log.append(batchOf('after'), deadline(at));
    await until(at.clock, 'more', () => [whole, first].every(({ commands }) => commands.includes('after')));
    assert.equal(whole.batches[0], first.batches[6]);
    assert.equal(first.broken, []);
    await log.close();
  });

  promise('batches of 512 KiB are carried whole, to one who catches up too', async (at) => {
    const log = await at.open('large');
    const followed = follow(log);
    const command = 'x'.repeat(512 * 1024);
    for (let count = 0; count < 5; count++) await log.append(batchOf(command), deadline(at));
    const late = follow(log);
    await until(at.clock, 'both', () => distinct(followed) === 5 && distinct(late) === 5);
    assert.ok(late.commands.every((one) => one === command));
    await log.close();
  });

  promise('one who has more than the log has is told that it went back', async (at) => {
    const log = await at.open('ahead');
    await log.append(batchOf('only'), deadline(at));
    const followed = follow(log, { cursor: 1_000_000, ordinal: 500 });
    await until(at.clock, 'the word', () => followed.broken.length === 1);
    assert.is(followed.broken[0]!.reason, 'regressed');
    await log.close();
  });

  promise('the board keeps records by key, and lets go of one that is not put again', async (at) => {
    const [one, other] = await Promise.all([at.open('board'), at.open('board')]);
    await one!.board.put('nodes/a', 'first');
    await one!.board.put('nodes/a', 'second');
    await one!.board.put('nodes/b', 'here', 2_000);
    await one!.board.put('other/c', 'elsewhere');
    const found = await other!.board.list('nodes/');
    assert.equal(
      [...found],
      [
        ['nodes/a', 'second'],
        ['nodes/b', 'here'],
      ],
    );
    await Promise.all([one!.close(), other!.close()]);
  });

  promise('of all who replace a record of the board at once one does', async (at) => {
    const [one, other] = await Promise.all([at.open('replace'), at.open('replace')]);
    const race = async (before: string | undefined, round: string) => {
      const values = Array.from({ length: 6 }, (_, index) => `${round} ${index}`);
      const done = await Promise.all(
        values.map((value, index) => (index % 2 ? one! : other!).board.replace('beginning', before, value)),
      );
      const kept = (await other!.board.list('beginning')).get('beginning');
      assert.equal(
        values.filter((_, index) => done[index]),
        [kept],
      );
      return kept!;
    };
    const first = await race(undefined, 'first');
    await race(first, 'second');
    assert.is(await one!.board.replace('beginning', first, 'late'), false);
    await Promise.all([one!.close(), other!.close()]);
  });
}
