import type { Mesh, NodeId } from '../links/mesh.ts';

/**
 * What catalogs have told of their full disks. It holds as long as the link on which it was told: only a process that
 * starts anew can use room on a disk that was full.
 */
export interface FullDisks {
  /** Why nothing can be written, as a sentence; undefined while a majority of the catalogs may have room. */
  readonly reason: string | undefined;
}

export function createFullDisks({
  mesh,
  catalogs,
}: {
  readonly mesh: Pick<Mesh, 'onTell' | 'observe'>;
  readonly catalogs: readonly NodeId[];
}): FullDisks {
  const full = new Map<NodeId, string>();
  mesh.onTell('disk.filled', ({ words }, { from }) => {
    if (catalogs.includes(from.id)) full.set(from.id, words);
  });
  mesh.observe({ opened() {}, closed: ({ id }) => void full.delete(id) });

  return {
    get reason() {
      const withRoom = catalogs.length - full.size;
      if (2 * withRoom > catalogs.length) return undefined;
      const [words] = full.values();
      const names = [...full.keys()].sort();
      const are = names.length === 1 ? 'The disk of' : 'The disks of';
      return `${are} ${listed(names)} ${names.length === 1 ? 'is' : 'are'} full (${words}): nothing can be written.`;
    },
  };
}

const listed = (names: readonly string[]) =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
