import type { CatalogAudit } from '../../runtime/catalog-audit.ts';
import type { BookId } from '../../runtime/domain.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { ClusterAudit } from '../service.ts';
import type { AskPorts } from './ask-in-turn.ts';

type Summary = Omit<CatalogAudit, 'ledger'>;

/**
 * Brings the live catalogs to one applied index and compares what they hold there. While purchases go on, an index
 * a little ahead of all is aimed at; who has not reached one index with the others after `auditWaitMs` has not
 * been shown to be equal, and the audit is not consistent.
 */
export async function auditCluster(
  ports: AskPorts & { readonly catalogs: readonly NodeId[] },
  page: { readonly after?: BookId; readonly limit: number },
): Promise<ClusterAudit> {
  const { mesh, clock, limits, waits, catalogs } = ports;
  const deadline = clock.monotonic() + limits.auditWaitMs;
  const summaries = new Map<NodeId, Summary>();

  async function survey(atLeast: number): Promise<void> {
    const body = { atLeast, limit: 0, waitMs: limits.auditRoundMs };
    const ask = async (id: NodeId) => {
      try {
        const reply = await mesh.ask(id, 'audit', body, limits.auditRoundMs + limits.statusWaitMs);
        summaries.set(id, withoutLedger(reply));
      } catch {
        // One that is alive but behind keeps what it said last.
        if (!mesh.peer(id)) summaries.delete(id);
      }
    };
    await Promise.all(catalogs.map(ask));
  }

  let highest = 0;
  for (let atLeast = 0; ; ) {
    await survey(atLeast);
    const before = highest;
    highest = 0;
    for (const { applied } of summaries.values()) highest = Math.max(highest, applied);
    if (areAtOneIndex(summaries) || waits.ended || clock.monotonic() >= deadline) break;
    atLeast = before === 0 ? highest : highest + (highest - before);
    await waits.pause(limits.auditPauseMs);
  }

  const { books, next } = await ledgerPage(ports, summaries, page);
  return {
    consistent: areAtOneIndex(summaries) && areEqual(summaries),
    catalogs: catalogs.map((id) => {
      const summary = summaries.get(id);
      return summary ? { id, state: 'present', ...summary } : { id, state: 'absent' };
    }),
    books,
    next,
  };
}

/** One page of the ledger, from the most advanced catalog that answers. */
async function ledgerPage(
  { mesh, limits }: AskPorts,
  summaries: ReadonlyMap<NodeId, Summary>,
  { after, limit }: { readonly after?: BookId; readonly limit: number },
): Promise<Pick<ClusterAudit, 'books' | 'next'>> {
  const byProgress = [...summaries].sort(([, a], [, b]) => b.applied - a.applied);
  for (const [id, { applied }] of byProgress) {
    try {
      const body = { atLeast: applied, after, limit, waitMs: limits.auditRoundMs };
      const { ledger } = await mesh.ask(id, 'audit', body, limits.auditRoundMs + limits.statusWaitMs);
      return { books: ledger, next: limit > 0 && ledger.length === limit ? ledger.at(-1)!.id : null };
    } catch {
      // The next one has it too.
    }
  }
  return { books: [], next: null };
}

function areAtOneIndex(summaries: ReadonlyMap<NodeId, Summary>): boolean {
  return new Set([...summaries.values()].map(({ applied }) => applied)).size === 1;
}

function areEqual(summaries: ReadonlyMap<NodeId, Summary>): boolean {
  const all = [...summaries.values()];
  return (
    new Set(all.map(({ digest }) => digest)).size === 1 && all.every((one) => one.unbalanced.length === 0)
  );
}

function withoutLedger({ ledger: _, ...summary }: CatalogAudit): Summary {
  return summary;
}
