import { type CatalogDisk, openCatalogDisk } from '../../actors/catalog/disk.ts';
import { openRaftDisk, type RaftDisk } from '../../actors/raft/join-raft.ts';

export type WholeDisk = CatalogDisk & RaftDisk;

/** A catalog's disk and, from the same store, what a member of the log keeps there. */
export async function openWholeDisk(...parts: Parameters<typeof openCatalogDisk>): Promise<WholeDisk> {
  const disk = await openCatalogDisk(...parts);
  return { ...disk, ...(await openRaftDisk({ ...disk, random: parts[1].random })) };
}
