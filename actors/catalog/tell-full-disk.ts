import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';

/**
 * Tells every node that is linked, and each that links later, that the disk is full. Returns what is to be called when
 * it is, with the operating system's words.
 */
export function tellFullDisk(mesh: Pick<Mesh, 'observe' | 'tell'>): (words: string) => void {
  const linked = new Set<NodeId>();
  let told: string | undefined;
  const tell = (id: NodeId) => told !== undefined && mesh.tell(id, 'disk.filled', { words: told });

  mesh.observe({
    opened({ id }) {
      linked.add(id);
      tell(id);
    },
    closed: ({ id }) => void linked.delete(id),
  });
  return (words) => {
    told = words;
    for (const id of linked) tell(id);
  };
}
