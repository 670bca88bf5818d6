import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoneAttack } from '../attack.ts';
import { inFreshPlace, launch, refusedInOneLine } from '../launch.ts';
import { expects } from '../rules.ts';

const TEXT = 'somebody else needs this text';

/** What `prepare` leaves in the data directory is met by a launcher; 1 if that refused in one line. */
function metBy(prepare: (data: string, folder: string) => Promise<void>): Promise<number> {
  return inFreshPlace(async (data, folder) => {
    await mkdir(data, { mode: 0o700 });
    await prepare(data, folder);
    return launch(data, {}, refusedInOneLine);
  });
}

/** 1 if the text of a foreign file that `name` in the data directory points to is there afterwards. */
function sparesTarget(name: string): Promise<number> {
  return inFreshPlace(async (data, folder) => {
    const target = join(folder, 'target');
    await writeFile(target, TEXT);
    await mkdir(data, { mode: 0o700 });
    await symlink(target, join(data, name));
    await launch(data, {}, () => {});
    return (await readFile(target, 'utf8')) === TEXT ? 1 : 0;
  });
}

/** Permissions of a catalog's folder that was made in a directory of its own. */
function modeOfFolder(): Promise<number> {
  return inFreshPlace((data) =>
    launch(data, {}, async () => Number(((await stat(join(data, 'catalog-1'))).mode & 0o777).toString(8))),
  );
}

export const plantedFiles: LoneAttack = {
  kind: 'alone',
  section: 'door',
  name: 'planted-files',
  harm: 'Whoever may write to the data directory plants a link that is followed and its target emptied, or a secret.',
  async run() {
    return {
      'link for the token refused': await metBy(async (data, folder) => {
        await writeFile(join(folder, 'target'), TEXT);
        await symlink(join(folder, 'target'), join(data, 'admin-token'));
      }),
      'target of a link spared': await sparesTarget('admin-token.new'),
      'world-writable directory refused': await metBy((data) => chmod(data, 0o777)),
      'readable secret refused': await metBy(async (data) => {
        await writeFile(join(data, 'admin-token'), `${'x'.repeat(21)}\n`);
        await chmod(join(data, 'admin-token'), 0o666);
      }),
      'mode of a catalog': await modeOfFolder(),
    };
  },
  verdict: (measured) => [
    ...expects(measured, 'link for the token refused', 1),
    ...expects(measured, 'target of a link spared', 1),
    ...expects(measured, 'world-writable directory refused', 1),
    ...expects(measured, 'readable secret refused', 1),
    ...expects(measured, 'mode of a catalog', 700),
  ],
};
