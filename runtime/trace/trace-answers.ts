import * as z from 'zod';
import { Key } from '../domain.ts';
import { ERROR_KINDS, type ErrorCode } from '../errors.ts';
import { TraceSpan } from './trace-span.ts';

/** What `trace` and `traces` answer: the kept traces of purchases. */

/** What a traced purchase came to. */
const Ending = {
  outcome: z.enum(['confirmed', 'refused', 'none', 'unknown']).meta({
    description: 'Confirmed; or, where it is not, as an error’s `outcome` has it.',
  }),
  code: z
    .literal(Object.keys(ERROR_KINDS) as ErrorCode[])
    .optional()
    .meta({ description: 'Of what was not confirmed.' }),
};

export const TraceAnswer = z
  .object({
    orderId: Key,
    at: z.iso.datetime().meta({ description: 'When the gateway took it, by its clock.' }),
    door: z.enum(['http', 'ws']),
    traceId: z.string().optional().meta({ description: 'That of the caller’s `traceparent`.' }),
    cart: z.string().meta({ description: 'Such as `1 × 4`: book 1, four copies.' }),
    ...Ending,
    version: z.int().min(0).optional(),
    total: z.string().optional(),
    replayed: z.literal(true).optional().meta({ description: 'It had been decided before.' }),
    span: TraceSpan.meta({ description: 'The gateway’s; those of the others hang on its steps.' }),
  })
  .meta({ id: 'Trace' });
export type TraceAnswer = z.infer<typeof TraceAnswer>;

export const TracesAnswer = z
  .object({
    traces: z
      .array(
        z.object({ orderId: Key, at: z.iso.datetime(), tookUs: z.int().min(0), ...Ending }).meta({
          description: 'The newest first.',
        }),
      )
      .meta({ description: 'Those that this gateway keeps.' }),
    awaited: z
      .int()
      .min(0)
      .meta({ description: 'So many purchases are still to be traced, whosever they are.' }),
  })
  .meta({ id: 'Traces' });
export type TracesAnswer = z.infer<typeof TracesAnswer>;
