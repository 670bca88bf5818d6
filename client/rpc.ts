import * as z from 'zod';
import { BazarError, ERROR_KINDS, type ErrorCode, type Outcome } from '../runtime/errors.ts';

/** JSON-RPC 2.0 (jsonrpc.org/specification) as the store speaks it: one object a frame, parameters by name. */

const RpcError = z.object({
  code: z.int(),
  message: z.string(),
  data: z.looseObject({ code: z.string().optional(), outcome: z.string().optional() }).optional(),
});
type RpcError = z.infer<typeof RpcError>;

/** Beside an answer: how new it is, `CLUSTER.INDEX`. */
const StoreVersion = z.string().max(100).optional();

const RpcMessage = z.union([
  z.object({ method: z.string(), params: z.unknown() }),
  z.object({ id: z.int().nullable(), error: RpcError, version: StoreVersion }),
  z.object({ id: z.int(), result: z.unknown(), version: StoreVersion }),
]);

/** What the store sends: a notification, an error, or a result. */
export type RpcMessage = z.infer<typeof RpcMessage>;

/** The error codes that the specification itself gives a meaning. */
const SPECIFIED: Readonly<Record<number, ErrorCode>> = {
  [-32700]: 'malformed-json',
  [-32600]: 'invalid-request',
  [-32601]: 'invalid-request',
  [-32602]: 'invalid-request',
};

const OUTCOMES: readonly string[] = ['none', 'refused', 'unknown'] satisfies Outcome[];

export function encodeRequest(id: number, method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

/** The message in a frame; `undefined` if it is none. */
export function decodeMessage(frame: string): RpcMessage | undefined {
  try {
    return RpcMessage.safeParse(JSON.parse(frame)).data;
  } catch {
    return undefined;
  }
}

/** The error as the store meant it. A code that this client does not know is `internal`, with the outcome it came with. */
export function errorOfAnswer({ code, message, data = {} }: RpcError): BazarError {
  const specified = SPECIFIED[code];
  if (specified) return new BazarError(specified, message, data);
  const named = data.code !== undefined && Object.hasOwn(ERROR_KINDS, data.code);
  const outcome = OUTCOMES.includes(data.outcome ?? '') ? (data.outcome as Outcome) : undefined;
  return new BazarError(named ? (data.code as ErrorCode) : 'internal', message, data, outcome);
}

/** The answer as it came, once it is known to have the shape that this client relies on. */
export function fitting<T>(answer: z.ZodType<T>, result: unknown, method: string): T {
  const { error } = answer.safeParse(result);
  if (!error) return result as T;
  const [issue] = error.issues;
  const where = issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : '';
  throw new BazarError('internal', `The store's answer to "${method}" does not fit (${where})`);
}
