import { LEVEL, levelOf } from '../../runtime/command-levels.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Replica } from '../replica/replica.ts';

/**
 * Raises the log to a level once every catalog of the store has said in its greeting, on a link that is open now, that it
 * knows it. One that is away may come back with an earlier program, so it is waited for. Each caretaker of the log says it once.
 */
export interface LevelRaise {
  /** To be called now and then. */
  look(): void;
}

export function createLevelRaise(options: {
  readonly replica: Replica;
  readonly mesh: Pick<Mesh, 'peer'>;
  /** All catalogs of the cluster, this one among them. */
  readonly catalogs: readonly NodeId[];
  /** The level as it is applied. */
  readonly level: () => number;
}): LevelRaise {
  const { replica, mesh, catalogs, level } = options;
  let proposed = { level: 1, epoch: -1 };

  function knownToAll(): number {
    return catalogs.reduce((least, id) => Math.min(least, levelOf(mesh.peer(id))), LEVEL);
  }

  return {
    look() {
      if (level() >= LEVEL || !replica.isCaretaker) return;
      const next = knownToAll();
      const { noteEpoch: epoch } = replica;
      if (next <= level() || (proposed.epoch === epoch && proposed.level >= next)) return;
      proposed = { level: next, epoch };
      replica.note({ kind: 'raiseLevel', level: next });
    },
  };
}
