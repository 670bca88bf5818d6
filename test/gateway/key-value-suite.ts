import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KeyValueServer } from '../../gateway/cache/key-value-server.ts';

/** A server that the suite may do anything to. */
export interface ServerUnderTest {
  connect(): KeyValueServer;
  save(): Promise<void>;
  kill(): Promise<void>;
  start(data: 'saved' | 'nothing'): Promise<void>;
  pause(): void;
  resume(): void;
  /** Lets time pass until the condition holds. */
  until(condition: () => boolean): Promise<void>;
  /** Lets this much time pass. */
  elapse(ms: number): Promise<void>;
  /** What the promise comes to, letting time pass meanwhile. */
  answer<T>(promise: Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** What every `KeyValueServer` must do. `run` wraps each test, so that it may be skipped where it cannot run. */
export function keyValueSuite(
  name: string,
  open: () => Promise<ServerUnderTest>,
  run: (title: string, work: () => Promise<void>) => () => Promise<void> = (_, work) => work,
): void {
  const tests = suite(name);

  const check = (title: string, work: (server: ServerUnderTest, client: KeyValueServer) => Promise<void>) =>
    tests(
      title,
      run(`${name}: ${title}`, async () => {
        const server = await open();
        const client = server.connect();
        try {
          await server.until(() => client.ready);
          await work(server, client);
        } finally {
          await client.close();
          await server.end();
        }
      }),
    );

  check('a key that was never written holds nothing', async (server, client) => {
    assert.is(await server.answer(client.get('k')), null);
  });

  check('a value is replaced by a newer one only', async (server, client) => {
    const put = (asOf: number, value: string) => server.answer(client.putIfNewer('k', asOf, value, 60));
    assert.is(await put(10, 'ten'), true);
    assert.is(await put(9, 'nine'), false);
    assert.is(await put(10, 'ten again'), false);
    assert.is((await server.answer(client.get('k')))?.value, 'ten');
    assert.is(await put(2 ** 52, 'late'), true);
    assert.is(await put(2 ** 52 - 1, 'a little less late'), false);
    assert.is((await server.answer(client.get('k')))?.value, 'late');
  });

  check('a value is discarded if it is still the one that is meant', async (server, client) => {
    await server.answer(client.putIfNewer('k', 10, 'ten', 60));
    const held = (await server.answer(client.get('k')))!;
    assert.equal([held.asOf, held.value], [10, 'ten']);
    await server.answer(client.putIfNewer('k', 11, 'eleven', 60));
    await server.answer(client.discard('k', held));
    assert.is((await server.answer(client.get('k')))?.value, 'eleven');
    await server.answer(client.discard('k', (await server.answer(client.get('k')))!));
    assert.is(await server.answer(client.get('k')), null);
    await server.answer(client.discard('k', held));
    assert.is(await server.answer(client.putIfNewer('k', 1, 'one', 60)), true);
  });

  check('of many writers at once the newest stays, whoever comes last', async (server, client) => {
    const other = server.connect();
    await server.until(() => other.ready);
    const order = Array.from({ length: 200 }, (_, step) => (step * 73) % 200);
    const writes = order.map((asOf) =>
      (asOf % 2 ? client : other).putIfNewer('k', asOf, `value ${asOf}`, 60),
    );
    await server.answer(Promise.all(writes));
    assert.is((await server.answer(client.get('k')))?.value, 'value 199');
    await other.close();
  });

  check('an entry is forgotten after its time', async (server, client) => {
    await server.answer(client.putIfNewer('k', 1, 'short-lived', 1));
    assert.is((await server.answer(client.get('k')))?.value, 'short-lived');
    await server.elapse(1_100);
    assert.is(await server.answer(client.get('k')), null);
  });

  check('a restart is another run, which brings back what was saved', async (server, client) => {
    const before = await server.answer(client.runId());
    assert.is(await server.answer(client.runId()), before);
    await server.answer(client.putIfNewer('k', 1, 'saved', 60));
    await server.save();
    await server.answer(client.putIfNewer('k', 2, 'not saved', 60));
    await server.kill();
    await server.until(() => !client.ready);
    await server.start('saved');
    await server.until(() => client.ready);
    assert.is.not(await server.answer(client.runId()), before);
    assert.is((await server.answer(client.get('k')))?.value, 'saved');
  });

  check('a wiped server starts with nothing', async (server, client) => {
    await server.answer(client.putIfNewer('k', 1, 'gone', 60));
    await server.save();
    await server.kill();
    await server.until(() => !client.ready);
    await server.start('nothing');
    await server.until(() => client.ready);
    assert.is(await server.answer(client.get('k')), null);
  });

  check(
    'a death is reported, and commands fail instead of waiting for a new life',
    async (server, client) => {
      const seen: string[] = [];
      client.observe({ ready: () => seen.push('ready'), closed: () => seen.push('closed') });
      server.pause();
      const inFlight = client.get('k').catch(() => 'failed');
      await server.elapse(10);
      await server.kill();
      await server.until(() => !client.ready);
      assert.is(await server.answer(inFlight), 'failed');
      assert.is(await server.answer(client.get('k').catch(() => 'failed')), 'failed');
      assert.is(await server.answer(client.putIfNewer('k', 1, 'v', 60).catch(() => 'failed')), 'failed');
      await server.start('nothing');
      await server.until(() => client.ready);
      assert.equal(seen, ['closed', 'ready']);
      assert.is(await server.answer(client.get('k')), null);
    },
  );

  check('a paused server keeps its callers waiting and answers when it goes on', async (server, client) => {
    await server.answer(client.putIfNewer('k', 1, 'v', 60));
    server.pause();
    let settled = false;
    const waiting = client.get('k').finally(() => {
      settled = true;
    });
    await server.elapse(100);
    assert.is(settled, false);
    server.resume();
    assert.is((await server.answer(waiting))?.value, 'v');
  });

  check('a client that has closed stays closed', async (server, client) => {
    await client.close();
    await server.until(() => !client.ready);
    assert.is(await server.answer(client.get('k').catch(() => 'failed')), 'failed');
    await server.elapse(300);
    assert.is(client.ready, false);
  });

  tests.run();
}
