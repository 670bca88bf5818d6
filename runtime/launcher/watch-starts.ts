import { StartRefused } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { SupervisedNode, Supervisor } from './supervisor.ts';

/**
 * Rejects with a `StartRefused` once the store cannot become ready, since a process that it needs has ended
 * `maxFailedStarts` times in a row before it listened. Never resolves. Those that a ready store can do without go on being
 * started again, and so does every process once the store has been ready.
 */
export function watchStarts(
  supervisor: Supervisor,
  options: {
    readonly limits: Limits;
    /** So many catalogs may be missing. */
    readonly spare: number;
    readonly needsEveryCatalog: () => boolean;
  },
): Promise<never> {
  const { limits, spare, needsEveryCatalog } = options;
  const hasFailed = ({ failedStarts }: SupervisedNode) => failedStarts >= limits.maxFailedStarts;

  function isNeeded({ kind }: SupervisedNode): boolean {
    const all = supervisor.nodes.filter((node) => node.kind === kind);
    const failed = all.filter(hasFailed).length;
    if (kind === 'catalog') return needsEveryCatalog() || failed > spare;
    return failed === all.length;
  }

  const hopeless = new Promise<never>((_, reject) => {
    supervisor.observe((node) => {
      if (!hasFailed(node) || !isNeeded(node)) return;
      const times = `${node.failedStarts} times in a row`;
      reject(
        new StartRefused(`${node.id} ended ${times} during its start, the last time with: ${node.fault}`),
      );
    });
  });
  hopeless.catch(() => {});
  return hopeless;
}
