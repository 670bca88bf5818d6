import { type CliCommand, EXIT } from '../command.ts';
import { progressBar } from '../progress-bar.ts';

const KIB = 1024;

export const backup: CliCommand = {
  name: 'backup',
  usage: '<FILE>',
  summary: 'write the whole state of a stopped store, or of a stopped catalog, to a file',
  details: [
    'It is read from the data directory (--data): that of npm start, whose store is stopped; or that of one catalog of',
    'a store on many machines, whose others go on selling. Files are copied beside FILE first, and what is in',
    'the directory stays as it is. FILE has orders and customers in it and can be read by its owner alone; it appears when',
    'it is complete, in the place of one of that name.',
  ],
  examples: [
    ['backup monday.bazar --data ./data', 'all books, orders, customers and keys'],
    [
      'backup monday.bazar --data /var/lib/bazar',
      'the same of a store over an etcd, one of whose catalogs is stopped',
    ],
  ],
  async run({ args: [path = ''], options, clock, terminal, signal, show }) {
    const { openStoppedStore, refuseInterrupted } = await import(
      '../../../runtime/launcher/backup/stopped-store.ts'
    );
    const { writeBackup } = await import('../../../runtime/launcher/backup/backup-file.ts');
    const store = await openStoppedStore(String(options.data), { target: path, now: clock.now(), signal });
    const bar = progressBar(terminal, 'KiB');
    bar.start(0);
    try {
      const bytes = await writeBackup(path, store, (written) => {
        refuseInterrupted(signal);
        bar.at(Math.ceil(written / KIB), Math.ceil(written / KIB));
      });
      const { cluster, position, digest } = store.origin;
      show(
        { file: path, bytes, cluster, index: position.index, digest },
        () =>
          `${path}: the store ${cluster} up to entry ${position.index} (digest ${digest}), ${bytes} bytes`,
      );
      return EXIT.done;
    } finally {
      bar.stop();
      await store.close();
    }
  },
};
