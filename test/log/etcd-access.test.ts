import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stayAlive, systemClock } from '../../runtime/clock.ts';
import { StartRefused } from '../../runtime/errors.ts';
import { makeCertificate } from '../support/certificate.ts';
import { withEtcd } from '../support/etcd.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { batchOf, follow, rejected, until } from './command-log-suite.ts';
import { openLog, readableLogger } from './etcd-logs.ts';

const soon = () => systemClock.monotonic() + 8_000;

/** The words in which a start is refused. */
async function refusal(opening: Promise<unknown>): Promise<string> {
  const error = await rejected(opening);
  assert.instance(error, StartRefused);
  return error.message;
}

const encrypted =
  'an encrypted etcd is used by those whose certificates fit; to the others it is refused at the start';
test(
  encrypted,
  needs('etcd', encrypted, () =>
    inTemporaryFolder(async (folder) => {
      const letGo = stayAlive();
      const [server, client, foreign] = await Promise.all(
        ['server', 'client', 'foreign'].map((name) => makeCertificate(folder, name)),
      );
      const args = [
        `--cert-file=${server!.cert}`,
        `--key-file=${server!.key}`,
        '--client-cert-auth',
        `--trusted-ca-file=${client!.cert}`,
      ];
      const controlArgs = [`--cacert=${server!.cert}`, `--cert=${client!.cert}`, `--key=${client!.key}`];
      const files = async (of: { cert: string; key: string }) => ({
        cert: await readFile(of.cert, 'utf8'),
        key: await readFile(of.key, 'utf8'),
      });
      await withEtcd({ scheme: 'https', args, controlArgs }, async ({ urls }) => {
        const ca = await readFile(server!.cert, 'utf8');
        const own = await files(client!);
        const log = await openLog(urls, 'store', { ca, ...own });
        const followed = follow(log);
        await log.append(batchOf('in secret'), soon());
        await until(systemClock, 'it', () => followed.commands.includes('in secret'));
        await log.close();

        const otherAuthority = { ca: await readFile(foreign!.cert, 'utf8'), ...own };
        assert.match(await refusal(openLog(urls, 'store', otherAuthority)), /certificate/);
        assert.match(await refusal(openLog(urls, 'store', own)), /certificate/);
        assert.match(
          await refusal(openLog(urls, 'store', { ca, ...(await files(foreign!)) })),
          /certificate/,
        );
        assert.match(await refusal(openLog(urls, 'store', { ca })), /certificate/);
        const plain = urls.map((url) => url.replace('https', 'http'));
        assert.match(await refusal(openLog(plain, 'store', { ca })), 'write https:');
        assert.match(await refusal(openLog([...plain, ...urls], 'store')), 'some are encrypted');
        assert.match(await refusal(openLog(urls, 'store', { ca, cert: own.cert })), 'name both');
        assert.match(await refusal(openLog(['localhost'], 'store')), 'localhost is no address of etcd');
      }).finally(letGo);
    }),
  ),
);

const users =
  'where etcd knows users a wrong one is refused in its own words, and a lost token is asked for anew';
test(
  users,
  needs('etcd', users, async () => {
    const letGo = stayAlive();
    await withEtcd({}, async ({ urls, control, members }) => {
      for (const command of [
        'user add root:secret',
        'user add bazar:right',
        'role add store',
        'role grant-permission store --prefix=true readwrite bazar/store/',
        'user grant-role bazar store',
        'user grant-role root root',
        'auth enable',
      ]) {
        await control(...command.split(' '));
      }
      const user = { user: 'bazar', password: 'right' };
      assert.match(await refusal(openLog(urls, 'store')), 'etcdserver: user name is empty');
      const wrong = openLog(urls, 'store', { ...user, password: 'wrong' });
      assert.match(await refusal(wrong), 'authentication failed, invalid user ID or password');
      assert.match(await refusal(openLog(urls, 'elsewhere', user)), 'etcdserver: permission denied');

      const { lines, logger } = readableLogger();
      const log = await openLog(urls, 'store', { ...user, logger });
      const followed = follow(log);
      await log.board.put('nodes/a', 'here', 5_000);
      await log.append(batchOf('by a user'), soon());
      await until(systemClock, 'it', () => followed.commands.includes('by a user'));
      await log.trim(followed.batches[0]!.cursor);
      assert.equal(lines, []);

      await members[0]!.kill();
      members[0]!.start();
      assert.is(await log.barrier(soon()), 1);
      await log.append(batchOf('after its restart'), soon());
      await until(systemClock, 'more', () => followed.commands.includes('after its restart'));
      assert.is((await log.board.list('nodes/')).get('nodes/a'), 'here');

      await control('--user=root:secret', 'user', 'revoke-role', 'bazar', 'store');
      const error = await rejected(log.append(batchOf('not any more'), soon()));
      assert.equal([error.code, error.outcome], ['unavailable', 'none']);
      assert.match(error.message, 'etcdserver: permission denied');
      await log.close();
    }).finally(letGo);
  }),
);

test.run();
