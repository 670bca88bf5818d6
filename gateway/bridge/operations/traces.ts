import * as z from 'zod';
import { Key } from '../../../runtime/domain.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { TraceAnswer, TracesAnswer } from '../../../runtime/trace/trace-answers.ts';
import { CONNECTION, operation, QUERY } from './operation.ts';

/** Where the time of a purchase went. One trace is for those who know its order id, as the order itself is. */
export function traceOperations(limits: Limits) {
  return {
    trace: operation({
      summary: 'What a traced purchase took, process by process',
      kind: { ...QUERY, inTurn: false },
      route: 'GET /orders/:orderId/trace',
      params: z.strictObject({ orderId: Key }),
      answers: { 200: ['The trace.', TraceAnswer] },
      errors: ['unknown-trace'],
      async run({ traces }, { orderId }) {
        const trace = traces.find(orderId);
        if (trace) return { body: () => trace };
        const minutes = limits.traceKeptMs / 60_000;
        throw new BazarError(
          'unknown-trace',
          `No trace of order ${orderId} is kept. A purchase is traced where it asks for it (a sampled traceparent, trace: true), and the gateway that took it keeps that for ${minutes} minutes.`,
          { orderId },
        );
      },
    }),

    traces: operation({
      summary: 'The traces that are kept, the newest first',
      kind: { ...QUERY, inTurn: false },
      route: 'GET /traces',
      role: 'reader',
      params: z.strictObject({}),
      answers: { 200: ['The traces.', TracesAnswer] },
      async run({ traces }) {
        const list = traces.list();
        return { body: () => list };
      },
    }),

    traceNext: operation({
      summary: 'Trace the next purchases at this gateway, whosever they are',
      kind: { ...CONNECTION, inTurn: false },
      route: 'POST /traces',
      role: 'reader',
      params: z.strictObject({
        purchases: z
          .int()
          .min(0)
          .max(limits.maxTraces)
          .meta({ examples: [5] }),
      }),
      answers: { 200: ['The traces kept so far.', TracesAnswer] },
      async run({ traces }, { purchases }) {
        traces.awaitNext(purchases);
        const list = traces.list();
        return { body: () => list };
      },
    }),
  };
}
