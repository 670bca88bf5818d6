import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FORMAT, PROGRAM_VERSION } from '../../runtime/format.ts';
import { claimDirectory } from '../../runtime/launcher/claim-directory.ts';
import { UsageError } from '../../runtime/launcher/config.ts';
import { openDataDirectory } from '../../runtime/launcher/data-directory.ts';
import { systemRandom } from '../../runtime/random.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

const openWith = (path: string, catalogs = 3, adminToken?: string) =>
  openDataDirectory(path, { catalogs, adminToken, random: systemRandom });

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason) => reason,
  );
  assert.instance(error, UsageError);
  assert.not.match(error.message, '\n');
  return error.message;
}

test('a directory keeps its cluster, its secrets and what was updated', () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, 'deep', 'data');
    const first = await openWith(path);
    assert.equal([first.record.formatted, first.record.seeded], [false, false]);
    await first.update({ formatted: true });
    await first.release();
    const second = await openWith(path);
    assert.equal(second.record, { ...first.record, formatted: true });
    assert.is(second.secret, first.secret);
    assert.is(second.adminToken, first.adminToken);
    await second.release();
  }));

test('starts are numbered by the time, and rise where the clock does not; who took part is on record', () =>
  inTemporaryFolder(async (folder) => {
    const first = await openWith(folder);
    await first.begin(1_000.7);
    await Promise.all([first.attend(['catalog-1']), first.attend(['catalog-2', 'catalog-3'])]);
    await first.release();
    const second = await openWith(folder);
    assert.is(second.record.start, 1_000);
    assert.equal(second.record.attended, { 'catalog-1': 1_000, 'catalog-2': 1_000, 'catalog-3': 1_000 });
    await second.begin(500);
    await second.attend(['catalog-2']);
    await second.release();
    const third = await openWith(folder);
    assert.is(third.record.start, 1_001);
    assert.equal(third.record.attended, { 'catalog-1': 1_000, 'catalog-2': 1_001, 'catalog-3': 1_000 });
    await third.release();
  }));

test('a start that cannot be written down keeps the number of the one before', () =>
  inTemporaryFolder(async (folder) => {
    const data = await openWith(folder);
    await data.begin(1_000);
    await mkdir(join(folder, 'cluster.json.new'));
    const error = await data.begin(2_000).catch((reason) => reason);
    assert.instance(error, Error);
    assert.is(data.record.start, 1_000);
    await data.release();
  }));

test('secrets can be read by their owner only', () =>
  inTemporaryFolder(async (folder) => {
    const data = await openWith(folder);
    for (const name of ['admin-token', 'cluster-secret']) {
      assert.is((await stat(join(folder, name))).mode & 0o777, 0o600);
    }
    assert.is((await readFile(join(folder, 'admin-token'), 'utf8')).trim(), data.adminToken);
    await data.release();
  }));

test('a link in the place of a file is refused, and what it points to is spared', () =>
  inTemporaryFolder(async (folder) => {
    const target = join(folder, 'target');
    for (const name of ['admin-token', 'cluster-secret', 'cluster.json', 'admin-token.new', 'catalog-1']) {
      const path = join(folder, `data of ${name}`);
      await mkdir(path);
      await writeFile(target, 'somebody else needs this');
      await symlink(target, join(path, name));
      assert.match(await refusal(openWith(path)), `${join(path, name)} is a symbolic link`);
      assert.is(await readFile(target, 'utf8'), 'somebody else needs this');
    }
  }));

test('a directory that everybody may write to is refused with the command that mends it', () =>
  inTemporaryFolder(async (folder) => {
    await chmod(folder, 0o777);
    assert.match(await refusal(openWith(folder)), `(mode 777): chmod 700 ${folder}`);
    await chmod(folder, 0o700);
    await (await openWith(folder)).release();
  }));

test('a secret that others may read, and a record that others may write, are refused', () =>
  inTemporaryFolder(async (folder) => {
    await (await openWith(folder)).release();
    for (const [name, mode] of [
      ['admin-token', 0o640],
      ['cluster-secret', 0o666],
      ['cluster.json', 0o646],
    ] as const) {
      await chmod(join(folder, name), mode);
      assert.match(await refusal(openWith(folder)), `chmod 600 ${join(folder, name)}`);
      await chmod(join(folder, name), 0o600);
    }
    await (await openWith(folder)).release();
  }));

test('folders that an earlier version left open to others are closed', () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, 'data');
    await (await openWith(path)).release();
    assert.is((await stat(path)).mode & 0o777, 0o700);
    await mkdir(join(path, 'catalog-1'), { mode: 0o755 });
    await (await openWith(path)).release();
    assert.is((await stat(join(path, 'catalog-1'))).mode & 0o777, 0o700);
  }));

test('what a crash left half written is written anew', () =>
  inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'admin-token.new'), 'hal', { mode: 0o600 });
    const data = await openWith(folder);
    assert.is((await readFile(join(folder, 'admin-token'), 'utf8')).trim(), data.adminToken);
    await data.release();
  }));

test('an admin token that was given is not written down', () =>
  inTemporaryFolder(async (folder) => {
    const data = await openWith(folder, 3, 'given');
    assert.is(data.adminToken, 'given');
    assert.not((await readdir(folder)).includes('admin-token'));
    await data.release();
  }));

test('a store is started with the catalogs that it was made with, and a new one with three', () =>
  inTemporaryFolder(async (folder) => {
    const open = async (name: string, catalogs?: number) => {
      const data = await openDataDirectory(join(folder, name), {
        catalogs,
        adminToken: undefined,
        random: systemRandom,
      });
      await data.release();
      return data.record.catalogs;
    };
    assert.equal([await open('five', 5), await open('five'), await open('new')], [5, 5, 3]);
  }));

test('another number of catalogs is refused and named', () =>
  inTemporaryFolder(async (folder) => {
    await (await openWith(folder, 3)).release();
    assert.match(await refusal(openWith(folder, 5)), 'made with 3 catalogs');
    await (await openWith(folder, 3)).release();
  }));

test('a damaged record is refused', () =>
  inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'cluster.json'), '{"cluster":');
    assert.match(await refusal(openWith(folder)), 'cluster.json is damaged');
  }));

/** A directory whose record has been changed, as another version of the program would have left it. */
async function recordedAs(
  folder: string,
  change: (record: Record<string, unknown>) => void,
): Promise<string> {
  await (await openWith(folder)).release();
  const record = JSON.parse(await readFile(join(folder, 'cluster.json'), 'utf8'));
  change(record);
  const text = `${JSON.stringify(record)}\n`;
  await writeFile(join(folder, 'cluster.json'), text);
  return text;
}

test('the record of a newer format or command level is refused in one line, and left as it is', () =>
  inTemporaryFolder(async (folder) => {
    const changes = { format: { format: 99, catalogs: 'many' }, level: { level: 99, program: '9.9.9' } };
    for (const [name, facts] of Object.entries(changes)) {
      const path = join(folder, name);
      const text = await recordedAs(path, (record) => Object.assign(record, facts));
      assert.match(await refusal(openWith(path)), 'was written by a newer program');
      assert.is(await readFile(join(path, 'cluster.json'), 'utf8'), text);
    }
  }));

test('the record of an earlier format is migrated, and stays beside it as it was', () =>
  inTemporaryFolder(async (folder) => {
    const text = await recordedAs(folder, (record) => {
      delete record.format;
      delete record.level;
    });
    const data = await openWith(folder);
    assert.equal([data.record.format, data.record.level], [FORMAT, 1]);
    await data.begin(1_000);
    await data.release();
    assert.is(await readFile(join(folder, 'cluster.json.format-0'), 'utf8'), text);
    const written = JSON.parse(await readFile(join(folder, 'cluster.json'), 'utf8'));
    assert.equal([written.format, written.program], [FORMAT, PROGRAM_VERSION]);
  }));

test('the record keeps the highest level that a catalog has told', () =>
  inTemporaryFolder(async (folder) => {
    const data = await openWith(folder);
    await Promise.all([data.raise(2), data.raise(1)]);
    await data.release();
    const again = await openWith(folder);
    assert.is(again.record.level, 2);
    await again.release();
  }));

test('the version that a record names is that of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.is(PROGRAM_VERSION, version);
});

test('catalogs without the record of their cluster are refused', () =>
  inTemporaryFolder(async (folder) => {
    await mkdir(join(folder, 'catalog-2'));
    assert.match(await refusal(openWith(folder)), 'cluster.json is missing');
  }));

test('a file in the place of the directory is refused', () =>
  inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'data'), '');
    assert.match(await refusal(openWith(join(folder, 'data'))), 'cannot be used as data directory');
  }));

test('a place where no folder can be made is refused at once', async () => {
  assert.match(await refusal(openWith('/proc/bazar/data')), 'cannot be used as data directory');
});

test('the claim of a live process is respected, and that of a dead one is not', () =>
  inTemporaryFolder(async (folder) => {
    const lock = new URL('../../runtime/launcher/claim-directory.ts', import.meta.url);
    const code = `import { claimDirectory } from ${JSON.stringify(lock.href)};
      await claimDirectory(${JSON.stringify(folder)}); console.log('claimed'); setInterval(() => {}, 1e6);`;
    const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      assert.is(await claimDirectory(folder), holder.pid);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'close');
    }
    const release = await claimDirectory(folder);
    assert.type(release, 'function');
    if (typeof release === 'function') await release();
    assert.equal(await readdir(folder), []);
  }));

test('a claim whose pid belongs to another process by now is not respected', () =>
  inTemporaryFolder(async (folder) => {
    await writeFile(join(folder, `launcher.${process.ppid}.1`), '');
    assert.type(await claimDirectory(folder), 'function');
    await rm(folder, { recursive: true });
  }));

test.run();
