import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bundle, openBundle } from '../../runtime/bundle/open-bundle.cjs';
import { inTemporaryFolder } from '../support/temporary.ts';

const OPEN = fileURLToPath(new URL('../../runtime/bundle/open-bundle.cjs', import.meta.url));

const urlOf = (folder: string) => pathToFileURL(`${folder}/`);

/** A program's output, run by Node alone. */
const run = async (...args: string[]) => (await promisify(execFile)(process.execPath, args)).stdout;

async function openElsewhere(cache: string): Promise<Bundle> {
  const code = `console.log(JSON.stringify(require(${JSON.stringify(OPEN)}).openBundle(new URL(${JSON.stringify(urlOf(cache).href)}))))`;
  return JSON.parse(await run('-e', code));
}

test('two that start at once share one bundle, which is whole, and the next one finds it made', () =>
  inTemporaryFolder(async (folder) => {
    const cache = join(folder, 'cache');
    const [one, other] = await Promise.all([openElsewhere(cache), openElsewhere(cache)]);
    assert.is(one.fallback, undefined);
    assert.equal(one, other);
    const [name, ...more] = await readdir(cache);
    assert.equal(more, []);
    const files = await readdir(join(cache, name!));
    for (const program of Object.values(one.programs)) {
      assert.ok(files.includes(`${program}`.split('/').at(-1)!), `${program}`);
    }
    const found = openBundle(urlOf(cache));
    assert.equal(found.programs.bazar.href, one.programs.bazar);

    const code = join(cache, name!, 'bazar.js');
    const bazar = `require(${JSON.stringify(fileURLToPath(found.programs.bazar))}).startCommand()`;
    const help = () => run('-e', bazar, '--', 'bazar', '--help');
    const said = await help();
    assert.match(said, /Exit codes/);
    const kept = await readFile(`${code}.cache`);
    assert.is(await help(), said, 'by the byte code of the run before');
    assert.equal(await readFile(`${code}.cache`), kept, 'which was taken');
    await writeFile(`${code}.cache`, kept.subarray(0, 1_000));
    assert.is(await help(), said, 'without that which is not whole');
    assert.ok((await readFile(`${code}.cache`)).length > 1_000);
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
      const { programs, fallback } = openBundle(urlOf(cache));
      assert.match(fallback!, reason);
      assert.match(programs.catalog.href, /\/actors\/catalog\/main\.ts$/);
      assert.equal(await readdir(cache), []);
    }
  }));

test('where no folder can be made the sources are used', () => {
  const { programs, fallback } = openBundle(new URL('file:///dev/null/bazar/'));
  assert.match(fallback!, /ENOTDIR/);
  assert.match(programs.gateway.href, /\/gateway\/main\.ts$/);
});

test.run();
