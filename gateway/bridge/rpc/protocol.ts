import { BazarError, type ErrorCode } from '../../../runtime/errors.ts';
import { describeProblem } from '../problem.ts';

/** The protocol JSON-RPC 2.0 as text (https://www.jsonrpc.org/specification): reading frames and calls, writing answers. */

type CallId = string | number | null;

/** `id` is undefined in a notification, which gets no answer, not even an error. */
export interface RpcCall {
  readonly id: CallId | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** What cannot be understood, with the answer that says so. */
interface Refused {
  readonly refusal: string;
}

export const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
/** The store's own errors; `data.code` says which. */
const STORE_ERROR = -32000;

/** The store's codes that the specification has a number for. */
const SPECIFIED: Readonly<Partial<Record<ErrorCode, number>>> = {
  'not-found': -32601,
  'invalid-request': -32602,
};

export const rpcCodeOf = (code: ErrorCode): number => SPECIFIED[code] ?? STORE_ERROR;

const NOT_A_CALL = 'A request is an object: {"jsonrpc":"2.0","method":"…","params":{…},"id":…}.';

/** The one message of a frame, or its batch of at most `maxBatch`. */
export function readFrame(
  text: string,
  maxBatch: number,
): { readonly single: unknown } | { readonly batch: readonly unknown[] } | Refused {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return { refusal: encodeUnreadable(PARSE_ERROR, `That is not JSON: ${(error as Error).message}`) };
  }
  if (!Array.isArray(message)) return { single: message };
  if (message.length === 0) return { refusal: encodeUnreadable(INVALID_REQUEST, 'A batch cannot be empty.') };
  if (message.length <= maxBatch) return { batch: message };
  const tooMany = new BazarError('too-many-requests', `A batch may have ${maxBatch} requests.`);
  return { refusal: encodeError(null, tooMany, true) };
}

export function readCall(message: unknown, maxIdLength: number): RpcCall | Refused {
  const isObject = typeof message === 'object' && message !== null;
  const { jsonrpc, id, method, params } = (isObject ? message : {}) as Readonly<Record<string, unknown>>;
  const isCall = jsonrpc === '2.0' && typeof method === 'string' && (id === undefined || isCallId(id));
  if (isCall && typeof id === 'string' && id.length > maxIdLength)
    return { refusal: encodeUnreadable(INVALID_REQUEST, `An id may have ${maxIdLength} characters.`) };
  if (isCall) return { id, method, params };
  const known = (typeof id === 'string' && id.length <= maxIdLength) || typeof id === 'number' ? id : null;
  return { refusal: encodeUnreadable(INVALID_REQUEST, NOT_A_CALL, known) };
}

/** No number that JSON can carry is infinite, but one may be too large to be read as a finite one. */
function isCallId(id: unknown): id is CallId {
  return typeof id === 'string' || id === null || Number.isFinite(id);
}

export function encodeUnreadable(code: number, message: string, id: CallId = null): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}

/** `result` is JSON already. `version` stands beside it, as the header of that meaning stands above an answer by HTTP. */
export function encodeResult(id: CallId, result: string, version?: string): string {
  return encodeHeld(JSON.stringify(id), result, version);
}

/** The same, where the id is JSON as well. */
export function encodeHeld(id: string, result: string, version?: string): string {
  const more = version === undefined ? '' : `,"version":"${version}"`;
  return `{"jsonrpc":"2.0","id":${id},"result":${result}${more}}`;
}

export function encodeError(id: CallId, error: BazarError, readOnly: boolean, version?: string): string {
  const { code, outcome, detail, details, replayed, via } = describeProblem(error, readOnly);
  const data = { ...details, ...(replayed ? { replayed } : {}), via, code, outcome };
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: { code: rpcCodeOf(code), message: detail, data },
    version,
  });
}

export function encodeNotification(method: string, params: object): string {
  return encodedNotification(method, JSON.stringify(params));
}

/** The same of parameters that are JSON already. */
export function encodedNotification(method: string, params: string): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":${params}}`;
}
