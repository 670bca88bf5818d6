import { type CatalogDisk, openCatalogDisk } from '../../actors/catalog/disk.ts';
import { checkResting } from '../../actors/catalog/read-records.ts';
import { openRaftDisk, type RaftDisk } from '../../actors/raft/join-raft.ts';

export type WholeDisk = CatalogDisk & RaftDisk;

/** A catalog's disk, all of it checked, and, from the same store, what a member of the log keeps there. */
export async function openWholeDisk(...parts: Parameters<typeof openCatalogDisk>): Promise<WholeDisk> {
  const disk = await openCatalogDisk(...parts);
  if (disk.resting) for await (const _ of checkResting(disk.resting));
  return { ...disk, ...(await openRaftDisk({ ...disk, random: parts[1].random })) };
}
