import { plainLines } from '../../../runtime/plain.ts';
import { traceText } from '../../../runtime/trace/trace-text.ts';
import { type CliCommand, EXIT, readKey } from '../command.ts';

export const trace: CliCommand = {
  name: 'trace',
  usage: '<ORDERID>',
  summary: 'what a traced purchase took, process by process',
  details: [
    'A purchase is traced where it asks for it (buy --trace, a sampled traceparent, trace: true) or where somebody with a',
    'token has the next ones traced (traces --next). The gateway that took it keeps its trace for ten minutes.',
  ],
  examples: [['trace my-order-17', 'a lane for each process, and where the time went']],
  async run(context) {
    const [orderId] = context.args.map((text) => readKey(text, 'ORDERID'));
    const found = await context.store().trace(orderId!);
    context.show(found, () => plainLines(traceText(found)));
    return EXIT.done;
  },
};
