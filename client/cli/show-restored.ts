import type { StateOrigin } from '../../runtime/launcher/backup/backup-file.ts';
import type { RestoredNode } from '../../runtime/launcher/backup/restore-node.ts';
import type { CliContext } from './command.ts';
import { copies } from './wording.ts';

type Restored = Pick<RestoredNode, 'counts' | 'folder'> & Partial<RestoredNode>;

/** Shows what a restored or migrated store has, and how it goes on. */
export function showRestored(
  { show }: Pick<CliContext, 'show'>,
  { position: { index }, digest }: StateOrigin,
  { counts, folder, name, following, leftOut = 0 }: Restored,
): void {
  show({ folder, name, index, digest, ...counts, following, leftOut }, () => {
    const has = `${counts.books} books with ${copies(counts.copies)}, ${counts.orders} orders`;
    const lines = [`${folder}: ${has}, up to entry ${index}; the digests are equal (${digest}).`];
    if (leftOut > 0) {
      lines.push(
        `What the log had after that, in up to ${leftOut} batches, is left out: orders of that time are lost.`,
      );
    }
    if (following) lines.push(`The log goes on after that: ${following} batches are read by the catalogs.`);
    if (name)
      lines.push(
        `Start ${name} first, and then the others with empty directories: they take their state from it.`,
      );
    return lines.join('\n');
  });
}
