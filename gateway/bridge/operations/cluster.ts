import * as z from 'zod';
import { AuditAnswer, StatusAnswer } from '../../../runtime/api.ts';
import { BookId } from '../../../runtime/domain.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { statusInTime } from '../context.ts';
import { After, PageLimit } from './fields.ts';
import { operation, QUERY } from './operation.ts';

/** What those who run the store ask of it. */
export function clusterOperations(limits: Limits) {
  return {
    status: operation({
      summary: 'Every node of the cluster, down ones included',
      kind: QUERY,
      route: 'GET /status',
      params: z.strictObject({}),
      answers: { 200: ['The cluster.', StatusAnswer] },
      async run(context, _params, { caller }) {
        const status = { ...(await statusInTime(context)), money: context.views.money };
        if (caller.isLocal || caller.role) return { body: () => status };
        return { body: () => ({ ...status, nodes: status.nodes.map(withoutPlace) }) };
      },
    }),

    audit: operation({
      summary: 'Whether the catalogs are equal and every book balances; the ledger page by page',
      kind: QUERY,
      route: 'GET /audit',
      params: z.strictObject({ after: After(BookId), limit: PageLimit(limits, limits.maxPage) }),
      answers: { 200: ['The audit.', AuditAnswer] },
      heavy: 'audits',
      async run({ service }, { after, limit = limits.maxPage }) {
        const audit = await service.audit({ after, limit });
        return { body: () => audit };
      },
    }),
  };
}

/** Which process it is and where its links are says nothing to strangers but how to attack it. */
function withoutPlace({ pid: _pid, url: _url, ...node }: StatusAnswer['nodes'][number]) {
  return node;
}
