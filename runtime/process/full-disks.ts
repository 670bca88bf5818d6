import type { Mesh, NodeId } from '../links/mesh.ts';

/**
 * What catalogs have told of their full disks. It holds as long as the link on which it was told: only a process that
 * starts anew can use room on a disk that was full.
 */
export interface FullDisks {
  /** Why nothing can be written, as a sentence; undefined while as many catalogs as are needed may have room. */
  readonly reason: string | undefined;
  isFull(catalog: NodeId): boolean;
}

export function createFullDisks({
  mesh,
  catalogs,
  neededCatalogs = Math.floor(catalogs.length / 2) + 1,
}: {
  readonly mesh: Pick<Mesh, 'onTell' | 'observe'>;
  readonly catalogs: readonly NodeId[];
  /** So many must have room: a majority, where they order the log themselves. */
  readonly neededCatalogs?: number | undefined;
}): FullDisks {
  const full = new Map<NodeId, string>();
  mesh.onTell('disk.filled', ({ words }, { from }) => {
    if (catalogs.includes(from.id)) full.set(from.id, words);
  });
  mesh.observe({ opened() {}, closed: ({ id }) => void full.delete(id) });

  return {
    get reason() {
      if (catalogs.length - full.size >= neededCatalogs) return undefined;
      const [words] = full.values();
      const names = [...full.keys()].sort();
      const are = names.length === 1 ? 'The disk of' : 'The disks of';
      return `${are} ${listed(names)} ${names.length === 1 ? 'is' : 'are'} full (${words}): nothing can be written.`;
    },
    isFull: (catalog) => full.has(catalog),
  };
}

const listed = (names: readonly string[]) =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
