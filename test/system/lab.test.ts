import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LauncherCluster, withLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { runLauncher } from '../support/launcher-process.ts';

/** `npm start -- --lab`: faults on purpose, as the page's lab and `curl` ask for them. */

interface LabAnswer {
  readonly text?: string;
  readonly faults?: readonly { readonly node: string; readonly endsInMs: number }[];
  readonly detail?: string;
}

/** Longer than the pause between two faults. */
const ask = (cluster: LauncherCluster, body: object) =>
  eventually('the lab takes another fault', async () => {
    const answer = await cluster.request<LabAnswer>('POST', '/lab', { body, admin: true });
    return !answer.body.detail?.startsWith('Only one fault') && answer;
  });
const buy = (cluster: LauncherCluster, orderId: string) =>
  cluster.request('POST', '/purchase', { body: { id: 2 }, headers: { 'idempotency-key': orderId } });
const faults = async (cluster: LauncherCluster) => (await ask(cluster, { do: 'list' })).body.faults!;

test('each fault is made, is told of while it lasts, and ends by itself or at once; purchases go on', () =>
  withLauncherCluster({ args: ['--lab'] }, async (cluster) => {
    const leader = await cluster.leader();
    const follower = ['catalog-1', 'catalog-2', 'catalog-3'].find((id) => id !== leader)!;

    assert.equal(await faults(cluster), []);
    const paused = await ask(cluster, { do: 'pause', node: leader, forMs: 2_000 });
    assert.is(paused.body.text, `${leader} is paused for 2 s.`);
    assert.equal(
      (await faults(cluster)).map(({ node }) => node),
      [leader],
    );
    assert.is((await buy(cluster, 'while-paused')).status, 201);
    await eventually('the pause has ended', async () => (await faults(cluster)).length === 0);
    await eventually('the old leader follows', async () => (await cluster.node(leader)).role === 'follower');

    assert.is((await ask(cluster, { do: 'cut', node: follower, forMs: 20_000 })).status, 200);
    await eventually(
      'it is out of reach',
      async () => (await cluster.node(follower)).state === 'unreachable',
    );
    assert.is((await buy(cluster, 'while-cut')).status, 201);
    assert.equal((await ask(cluster, { do: 'heal' })).body.faults, []);
    await cluster.whole();

    assert.is(
      (await ask(cluster, { do: 'slowDisk', node: follower, syncMs: 300, forMs: 1_000 })).status,
      200,
    );
    assert.is((await buy(cluster, 'while-slow')).status, 201);

    const before = (await cluster.node(leader)).pid;
    assert.is((await ask(cluster, { do: 'kill', node: leader })).status, 200);
    await eventually('another process', async () => {
      const { pid, state } = await cluster.node(leader);
      return state === 'ready' && pid !== before;
    });
    await cluster.whole();

    assert.is((await ask(cluster, { do: 'wipe', node: follower })).status, 200);
    assert.is((await buy(cluster, 'while-wiped')).status, 201);
    await cluster.whole();
    const { body } = await cluster.request<{ consistent: boolean }>('GET', '/audit');
    assert.ok(body.consistent);
    for (const key of ['while-paused', 'while-cut', 'while-slow', 'while-wiped'])
      assert.is((await cluster.request('GET', `/orders/${key}`)).status, 200, key);
  }));

test('what would do harm, or cannot be done, is refused in a sentence, and nothing happens', () =>
  withLauncherCluster({ args: ['--lab', '--catalogs', '1'] }, async (cluster) => {
    for (const [body, status, text] of [
      [{ do: 'wipe', node: 'catalog-1' }, 409, 'The only catalog has the only copy'],
      [{ do: 'wipe', node: 'order-1' }, 409, 'order-1 is no catalog'],
      [{ do: 'kill', node: 'catalog-9' }, 409, 'There is no process catalog-9'],
      [{ do: 'cut', node: 'order-1', from: ['order-1'], forMs: 1_000 }, 409, 'no other process order-1'],
      [{ do: 'pauseCache', forMs: 1_000 }, 409, 'no private redis-server'],
      [{ do: 'pause', node: 'order-1', forMs: 60_000 }, 422, 'forMs must be at most 30000'],
      [{ do: 'explode' }, 422, 'do must be one of "kill"'],
    ] as const) {
      const answer = await cluster.request<LabAnswer>('POST', '/lab', { body, admin: true });
      assert.is(answer.status, status, text);
      assert.match(answer.body.detail!, text);
    }
    const nobody = await cluster.request('POST', '/lab', { body: { do: 'kill', node: 'catalog-1' } });
    assert.is(nobody.status, 401);
    assert.is((await cluster.node('catalog-1')).state, 'ready');
  }));

test('without the flag there is no lab, and beyond this machine the flag is refused', async () => {
  await withLauncherCluster({}, async (cluster) => {
    const answer = await cluster.request('POST', '/lab', { body: { do: 'list' }, admin: true });
    assert.is(answer.status, 404);
  });
  const { code, stderr } = await runLauncher(['--lab', '--host', '0.0.0.0', '--insecure-http']);
  assert.is(code, 2);
  assert.match(stderr, '--lab is for this machine only');
});

test.run();
