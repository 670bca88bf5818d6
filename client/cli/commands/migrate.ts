import { UsageError } from '../../../runtime/command-line.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { showRestored } from '../show-restored.ts';

export const migrate: CliCommand = {
  name: 'migrate',
  usage: '',
  summary: 'bring a stopped store of npm start to many machines, over an etcd',
  details: [
    'The newest state of the data directory (--data) is read, which stays as it is, and becomes the beginning of an empty',
    'store of the cluster file: one catalog gets it in its own empty directory (--into). Start that one first, and then',
    'the others with empty directories: they take their state from it. Books, orders, customers and keys come along;',
    'tokens do not, they are named by the cluster file. The digests of both are compared.',
  ],
  options: {
    '--to <FILE>': 'the cluster file (docs/machines.md)',
    '--into <DIR>': 'the directory of the first catalog that is to be started',
    '--name <NAME>': 'which catalog that is (default: the first of the cluster file)',
  },
  examples: [
    ['migrate --data ./data --to cluster.json --into /var/lib/bazar', 'then npm run node with catalog-1'],
  ],
  async run(context) {
    const { options, clock, random } = context;
    if (!options.to || !options.into) throw new UsageError('--to and --into are needed');
    const { openStoppedStore } = await import('../../../runtime/launcher/backup/stopped-store.ts');
    const { restoreToFile } = await import('../../../runtime/launcher/backup/restore-node.ts');
    const directory = String(options.into);
    const source = await openStoppedStore(String(options.data), {
      target: directory,
      now: clock.now(),
      signal: context.signal,
    });
    try {
      const restored = await restoreToFile(source, String(options.to), {
        directory,
        name: options.name as string | undefined,
        beginsAnew: false,
        timeoutMs: context.limits.callTimeoutMs,
        clock,
        random,
      });
      showRestored(context, source.origin, restored);
      return EXIT.done;
    } finally {
      await source.close();
    }
  },
};
