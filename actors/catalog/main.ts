import { runChild } from '../../runtime/process/child.ts';
import { tellLauncher } from '../../runtime/process/ipc.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import { slowedStore } from '../../storage/slowed-store.ts';
import { createCatalog } from './catalog.ts';
import { openCatalogDisk } from './disk.ts';
import { openEngine } from './engine.ts';
import { createBookFinder } from './find/book-finder.ts';

/** The process of one catalog replica. */
runChild(async ({ id, configuration, clock, random, limits, logger }) => {
  const { cluster, boot, catalogs, dataDirectory, log, lab } = configuration;
  const level = await openLevelStore(dataDirectory);
  const slowed = lab ? slowedStore(level, clock) : undefined;
  const store = slowed ?? level;
  // Where an outer engine has the log, a disk promises nothing: an empty or an earlier one catches up.
  const { format, start, engine } = log
    ? { format: true, start: undefined, engine: 'log' as const }
    : { ...configuration, engine: undefined };
  const disk = await openCatalogDisk(store, { cluster, node: id, format, random, start, engine });
  const join = await openEngine(disk, { cluster, catalogs, log, clock, random, limits, logger });
  return {
    incarnation: disk.identity.incarnation,
    identity: disk.found,
    run(mesh) {
      const onFailure = (error: unknown) => {
        throw error;
      };
      const catalog = createCatalog({
        disk,
        join,
        catalogs,
        boot,
        mesh,
        pid: process.pid,
        clock,
        random,
        limits,
        logger,
        finder: createBookFinder({ clock, limits }),
        onLevel: (level) => void tellLauncher({ type: 'level', level }),
        onFailure,
      });
      return {
        get state() {
          return catalog.lifecycle.state;
        },
        observe: catalog.lifecycle.observe,
        mayPause: () => catalog.replica.standing.leader !== id,
        heard(message) {
          if (message.type === 'slowDisk') slowed?.slow(message.syncMs, message.forMs);
          if (message.type === 'heal') slowed?.slow(0, 0);
        },
        drain: catalog.drain,
        async stop() {
          catalog.stop();
          await store.close();
        },
      };
    },
  };
});
