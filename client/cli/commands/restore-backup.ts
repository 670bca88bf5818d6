import { readWhole } from '../../../runtime/command-line.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { progressBar } from '../progress-bar.ts';
import { showRestored } from '../show-restored.ts';

const KIB = 1024;
const DEFAULT_CATALOGS = 3;
const MOST_CATALOGS = 7;

export const restoreBackup: CliCommand = {
  name: 'restore-backup',
  usage: '<FILE>',
  summary: 'make a data directory of a backup, or fill a store over an etcd whose catalogs are all lost',
  details: [
    'Without --to it makes a new data directory (--data) for npm start. With --to it fills the empty directory (--data) of',
    'one catalog of the cluster file; start that one first, and then the others with empty directories: they take their',
    'state from it. What the log still has after the backup is read by the catalogs. Where it was let go of,',
    'nothing is restored unless --begin-anew says that it is to be left out; then all nodes must be stopped. The',
    'digest is made anew of what was read, and compared with that of the backup.',
  ],
  options: {
    '--to <FILE>': 'the cluster file of a store over an etcd (docs/machines.md)',
    '--name <NAME>': 'with --to: the catalog whose directory it is (default: the first)',
    '--begin-anew': 'with --to: leave out what the log has after the backup',
    '--currency <CODE>':
      'without --to: what amounts are of, or none; needed for a backup of a store over an etcd, whose cluster file says it',
    '--catalogs <N>': `without --to: catalogs of the new store, 1 to ${MOST_CATALOGS} (default ${DEFAULT_CATALOGS})`,
  },
  examples: [
    ['restore-backup monday.bazar --data ./data', 'then: npm start -- --data ./data'],
    [
      'restore-backup monday.bazar --to cluster.json --data /var/lib/bazar',
      'all catalogs were wiped at once',
    ],
  ],
  async run(context) {
    const { args, options, terminal, clock, random } = context;
    const [path = ''] = args;
    const catalogs = readWhole(String(options.catalogs ?? DEFAULT_CATALOGS), '--catalogs', 1, MOST_CATALOGS);
    const directory = String(options.data);
    const { openBackup } = await import('../../../runtime/launcher/backup/backup-file.ts');
    const bar = progressBar(terminal, 'KiB');
    let read = 0;
    const source = await openBackup(path, (bytes) => {
      read += bytes;
      bar.at(Math.min(Math.ceil(read / KIB), total));
    });
    const total = Math.ceil((source.bytes * (options.to ? 1 : catalogs)) / KIB);
    bar.start(total);
    try {
      if (options.to) {
        const { restoreToFile } = await import('../../../runtime/launcher/backup/restore-node.ts');
        showRestored(
          context,
          source.origin,
          await restoreToFile(source, String(options.to), {
            directory,
            name: options.name as string | undefined,
            beginsAnew: options.beginAnew === true,
            timeoutMs: context.limits.callTimeoutMs,
            clock,
            random,
          }),
        );
      } else {
        const { restoreDirectory } = await import('../../../runtime/launcher/backup/restore-directory.ts');
        const counts = await restoreDirectory(source, {
          directory,
          catalogs,
          currency: options.currency as string | undefined,
          random,
        });
        showRestored(context, source.origin, { counts, folder: directory });
      }
      return EXIT.done;
    } finally {
      bar.stop();
    }
  },
};
