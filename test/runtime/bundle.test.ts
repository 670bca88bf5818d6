import { chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openBundle } from '../../runtime/bundle.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

const urlOf = (folder: string) => pathToFileURL(`${folder}/`);

test('two that start at once share one bundle, which is whole, and the next one finds it made', () =>
  inTemporaryFolder(async (folder) => {
    const cache = join(folder, 'cache');
    const [one, other] = await Promise.all([openBundle(urlOf(cache)), openBundle(urlOf(cache))]);
    assert.is(one.fallback, undefined);
    assert.equal(one, other);
    const [name, ...more] = await readdir(cache);
    assert.equal(more, []);
    const files = await readdir(join(cache, name!));
    for (const program of Object.values(one.programs)) {
      assert.ok(files.includes(program.pathname.split('/').at(-1)!), `${program}`);
    }
    assert.equal(await openBundle(urlOf(cache)), one);
  }));

test('a cache that others may write to, or that is a link, is not used: the sources are', () =>
  inTemporaryFolder(async (folder) => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    const link = join(folder, 'link');
    await mkdir(join(folder, 'target'));
    await symlink(join(folder, 'target'), link);
    for (const [cache, reason] of [
      [open, /written to by others/],
      [link, /not a folder/],
    ] as const) {
      const { programs, fallback } = await openBundle(urlOf(cache));
      assert.match(fallback!, reason);
      assert.match(programs.catalog.href, /\/actors\/catalog\/main\.ts$/);
      assert.equal(await readdir(cache), []);
    }
  }));

test('where no folder can be made the sources are used', () =>
  inTemporaryFolder(async () => {
    const { programs, fallback } = await openBundle(new URL('file:///dev/null/bazar/'));
    assert.match(fallback!, /ENOTDIR/);
    assert.match(programs.gateway.href, /\/gateway\/main\.ts$/);
  }));

test.run();
