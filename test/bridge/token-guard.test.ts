import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createTokenGuard } from '../../gateway/bridge/token-guard.ts';
import { asBazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createWaits } from '../../runtime/waits.ts';
import { manualClock } from '../support/manual-clock.ts';
import { AS_ADMIN, openRpc, withBridge } from './support.ts';

function start(changes: Partial<Limits> = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const logger = { warn: (line: string) => lines.push(line) } as unknown as Logger;
  const limits = { ...DEFAULT_LIMITS, ...changes };
  const guard = createTokenGuard({ limits, clock, logger, waits: createWaits(clock) });
  /** What became of a try so far, and when. */
  function attempt(isRight: boolean, address = '10.0.0.1') {
    const heard: { code?: string; afterMs?: number } = {};
    const began = clock.monotonic();
    const end = (code: string) => Object.assign(heard, { code, afterMs: clock.monotonic() - began });
    guard
      .check(address, () => isRight || undefined)
      .then(
        () => end('right'),
        (error) => end(asBazarError(error).code),
      );
    return heard;
  }
  return { clock, lines, attempt };
}

test('the first wrong tokens are answered at once, and then each waits longer, up to a bound', async () => {
  const { clock, attempt } = start({ freeTokenTries: 2, tokenDelayMs: 100, tokenDelayCapMs: 500 });
  const tries = Array.from({ length: 7 }, () => attempt(false));
  await clock.elapse(5_000);
  assert.equal(
    tries.map(({ afterMs }) => afterMs),
    [0, 0, 100, 200, 400, 500, 500],
  );
  assert.ok(tries.every(({ code }) => code === 'unauthorized'));
});

test('a right token waits with the others of its address, and is then let in', async () => {
  const { clock, attempt } = start({ freeTokenTries: 1, tokenDelayMs: 100, tokenDelayCapMs: 300 });
  for (let n = 0; n < 9; n++) attempt(false);
  const right = attempt(true);
  const elsewhere = attempt(true, '10.0.0.2');
  await clock.elapse(0);
  assert.equal([right.code, elsewhere.code], [undefined, 'right']);
  await clock.elapse(300);
  assert.is(right.code, 'right');
});

test('who is quiet for a while, or was always right, does not wait', async () => {
  const { clock, attempt } = start({ freeTokenTries: 1, tokenForgetMs: 60_000 });
  for (let n = 0; n < 9; n++) attempt(true);
  await clock.elapse(0);
  const right = attempt(true);
  await clock.elapse(0);
  assert.is(right.afterMs, 0);
  for (let n = 0; n < 9; n++) attempt(false);
  await clock.elapse(70_000);
  const later = attempt(false);
  await clock.elapse(0);
  assert.is(later.afterMs, 0);
});

test('few may wait at once, and wrong tokens are logged, some in one line', async () => {
  const { clock, lines, attempt } = start({ freeTokenTries: 3, maxTokenTriesWaiting: 2 });
  const tries = Array.from({ length: 6 }, () => attempt(false));
  await clock.elapse(0);
  assert.is(tries[5]!.code, 'too-many-requests');
  assert.equal(lines, ['a wrong token from 10.0.0.1 (1 of late)']);
  await clock.elapse(2_000);
  attempt(false);
  await clock.elapse(6_000);
  assert.match(lines[1]!, 'more since the last such line');
  assert.is(lines.length, 2);
});

test('both doors slow wrong tokens down, and the right one opens both', () =>
  withBridge(
    async ({ url }) => {
      const patch = (token: Record<string, string>) =>
        fetch(`${url}/books/1`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json', ...token },
          body: '{"restock":1}',
        });
      const statuses = [];
      for (let n = 0; n < 2; n++) statuses.push((await patch({ authorization: 'Bearer wrong' })).status);
      const client = await openRpc(url);
      const began = performance.now();
      assert.is((await client.call('authenticate', { token: 'wrong' })).error!.data!.code, 'unauthorized');
      assert.ok(performance.now() - began >= 195);
      statuses.push((await patch(AS_ADMIN)).status, (await patch({})).status);
      assert.equal(statuses, [401, 401, 200, 401]);
      client.close();
    },
    { freeTokenTries: 2, tokenDelayMs: 200, tokenDelayCapMs: 200 },
  ));

test.run();
