import type { StatusAnswer } from '../../../runtime/api.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { table } from '../table.ts';

export const status: CliCommand = {
  name: 'status',
  usage: '',
  token: 'if given',
  summary: 'every process of the store, dead ones included',
  examples: [
    ['status', 'a table of the processes'],
    ['status --json', 'for a program'],
  ],
  async run(context) {
    const found = await context.store().status();
    context.show(found, () => {
      const { cache, leader, version } = found;
      const columns = [
        'node',
        'state',
        'role',
        { number: 'term' },
        { number: 'applied' },
        { number: 'pid' },
        'url',
        'reason',
      ];
      const rows = found.nodes.map((node) => [
        node.id,
        node.state,
        node.role,
        node.term,
        node.applied,
        node.pid,
        node.url,
        node.reason,
      ]);
      const { state, reason } = cache;
      const condition = state === 'ready' ? '' : `${state} (${reason ?? 'no reason given'}), `;
      const unasked = found.nodes.reduce(
        (most, { unaskedPayments = 0 }) => Math.max(most, unaskedPayments),
        0,
      );
      const reads = `${condition}${cache.hits} hits, ${cache.misses} misses`;
      return [
        table(context.terminal, columns, rows),
        '',
        `Leader: ${leader ?? withoutLeader(found.nodes)}. Cache: ${cache.kind}, ${reads}. Version: ${version ?? 'not known yet'}.`,
        ...(unasked > 0 ? [leftOpen(unasked)] : []),
      ].join('\n');
    });
    return EXIT.done;
  },
};

/** Where an engine outside orders the log, its catalogs say so. */
export function withoutLeader(nodes: StatusAnswer['nodes']): string {
  const engine = nodes.find((node) => node.engine)?.engine;
  return engine ? `none needed, ${engine} orders the log` : 'none';
}

const leftOpen = (count: number) =>
  `Payments and refunds that are open: ${count}. The store runs without the payment service that knows of them; start it with --payments URL, and they are seen through.`;
