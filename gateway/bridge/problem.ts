import * as z from 'zod';
import {
  type BazarError,
  ERROR_KINDS,
  type ErrorCode,
  type ErrorDetails,
  type Outcome,
} from '../../runtime/errors.ts';

/** An error as clients see it. The one place where an error becomes an answer, for both bridges. */
export interface Problem {
  readonly code: ErrorCode;
  readonly outcome: Outcome;
  readonly status: number;
  readonly title: string;
  /** One sentence for people. */
  readonly detail: string;
  readonly details: ErrorDetails;
  /** Who served the write that was refused. */
  readonly via: readonly string[] | undefined;
  /** The refusal had been recorded by an earlier request with the same key. */
  readonly replayed: boolean;
}

/**
 * `readOnly`: the request could not have written anything, so whatever went wrong, the outcome is `none`. The
 * message of an unexpected fault stays inside; it is for the log.
 */
export function describeProblem(error: BazarError, readOnly: boolean): Problem {
  const { status, title } = ERROR_KINDS[error.code];
  const { replayed, via, ...details } = error.details;
  return {
    code: error.code,
    outcome: readOnly && error.outcome === 'unknown' ? 'none' : error.outcome,
    status,
    title,
    detail: error.code === 'internal' ? title : error.message,
    details,
    via: via as Problem['via'],
    replayed: replayed === true,
  };
}

/** The body of an HTTP error: RFC 9457, with the store's own members `code` and `outcome` and further details. */
export const ProblemView = z
  .looseObject({
    type: z.string().meta({ examples: ['urn:bazar:error:sold-out'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.literal(Object.keys(ERROR_KINDS) as ErrorCode[]),
    outcome: z.literal(['none', 'refused', 'unknown'] satisfies Outcome[]).meta({
      description:
        '`none`: nothing happened and nothing will. `refused`: decided, and the answer is no. `unknown`: it may ' +
        'have happened; ask again with the same key.',
    }),
  })
  .meta({ id: 'Problem' });

export function viewProblem({ code, outcome, status, title, detail, details }: Problem) {
  return { ...details, type: `urn:bazar:error:${code}`, title, status, detail, code, outcome };
}
