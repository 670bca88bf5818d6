import type { ErrorCode } from '../../../runtime/errors.ts';
import type { Operation } from './operation.ts';

/** The way in: HTTP, or JSON-RPC over a WebSocket. */
export type Door = 'http' | 'rpc';

/** What any request may end with, whatever it asks for. */
export function errorsOfAny(door: Door): readonly ErrorCode[] {
  const errors = ['too-many-requests', 'draining', 'internal'] as const;
  // A socket was looked at when it was opened.
  return door === 'http' ? [...errors, 'foreign-host'] : errors;
}

/** All that one call of an operation may end with, each once. */
export function errorsOf(operation: Operation, door: Door): readonly ErrorCode[] {
  const { errors = [], kind } = operation;
  return [...new Set([...ofTheDoor(operation, door), ...errors, ...kind.errors, ...errorsOfAny(door)])];
}

function ofTheDoor({ role, http, result }: Operation, door: Door): readonly ErrorCode[] {
  // Where JSON-RPC has another result, that is a list, and one which is not whole is none.
  if (door === 'rpc')
    return [...(role ? (['unauthorized'] as const) : []), ...(result ? (['too-large'] as const) : [])];
  const ofBody: readonly ErrorCode[] = http?.body
    ? ['malformed-json', 'unsupported-media-type', 'too-large']
    : [];
  const isGuarded = role !== undefined || http?.method !== 'GET';
  // A token that is shown must be right, also where none is needed.
  return ['unauthorized', ...(isGuarded ? (['foreign-origin'] as const) : []), ...ofBody];
}
