import { readWhole } from '../../../runtime/command-line.ts';
import { formatUs } from '../../../runtime/trace/step-words.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { table } from '../table.ts';

const MOST = 200;

export const traces: CliCommand = {
  name: 'traces',
  usage: '',
  summary: 'the traces that the gateway keeps, the newest first (reader)',
  options: {
    '--next <N>': `have the next N purchases traced, whosever they are; 0 ends it, at most ${MOST}`,
  },
  examples: [
    ['traces', 'which purchases were traced'],
    ['traces --next 5', 'trace the next five'],
  ],
  token: 'reader',
  async run(context) {
    const { next } = context.options;
    const store = context.store();
    const kept = await (next === undefined
      ? store.traces()
      : store.traceNext(readWhole(String(next), '--next', 0, MOST)));
    context.show(kept, () => {
      const rows = kept.traces.map(({ orderId, at, tookUs, outcome, code }) => [
        orderId,
        code ?? outcome,
        formatUs(tookUs),
        at,
      ]);
      const awaited = kept.awaited === 0 ? [] : [`The next ${kept.awaited} purchases are to be traced.`];
      return [table(context.terminal, ['order', 'outcome', { number: 'took' }, 'at'], rows), ...awaited].join(
        '\n',
      );
    });
    return EXIT.done;
  },
};
