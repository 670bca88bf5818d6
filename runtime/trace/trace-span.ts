import * as z from 'zod';

/**
 * What one process did for one traced request, in microseconds of its own clock since it took the request. Where it asked
 * another process, that one's span hangs on the step that asked. So a duration is compared with the duration that holds
 * it, and never a clock with another clock.
 */

const Us = z.int().min(0);
const Name = z.string().min(1).max(64);

/** The longest word among the facts of a step, in characters. */
export const MAX_STEP_FACT = 200;
const Fact = z.union([z.string().max(MAX_STEP_FACT), z.number()]);
const StepFacts = z.record(z.string().max(40), Fact);
export type StepFacts = z.infer<typeof StepFacts>;

/** Of one process: the answer carries no more steps than this, whatever `maxTraceSteps` says elsewhere. */
const MOST_STEPS = 1_000;

export const TraceStep = z
  .object({
    what: z.string().min(1).max(40).meta({
      description: 'Such as `submit`, `propose`, `batch`, `commit`; there may be more of them one day.',
    }),
    atUs: Us.meta({ description: 'When it began, since its process took the request.' }),
    tookUs: Us.optional().meta({
      description: 'How long it took; a mark of a moment, and what was not waited for to its end, has none.',
    }),
    to: Name.optional().meta({ description: 'The process that was asked.' }),
    error: z
      .string()
      .max(40)
      .optional()
      .meta({ description: 'What it ended with, where that was no answer.' }),
    facts: StepFacts.optional(),
    get span() {
      return TraceSpan.optional().meta({ description: 'What the process did that was asked.' });
    },
  })
  .meta({ id: 'TraceStep' });
export type TraceStep = z.infer<typeof TraceStep>;

export const TraceSpan = z
  .object({
    node: Name,
    what: z.string().min(1).max(40).meta({ description: 'What it was asked to do.' }),
    tookUs: Us,
    omitted: Us.optional().meta({ description: 'Steps in its middle that had no room.' }),
    get steps() {
      return TraceSteps;
    },
  })
  .meta({ id: 'TraceSpan' });
const TraceSteps = z
  .array(TraceStep)
  .max(MOST_STEPS)
  .meta({ id: 'TraceSteps', description: 'In the order in which they began.' });
export type TraceSpan = z.infer<typeof TraceSpan>;
