/** What a caller's `traceparent` says (W3C Trace Context, https://www.w3.org/TR/trace-context-2/, section 3.2). */
export interface Traceparent {
  readonly traceId: string;
  /** The caller wants this request to be traced. */
  readonly isSampled: boolean;
}

/** Lower case alone; a version to come may say more behind the flags, this one may not. */
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/** Undefined where it is none, which a server has to take as if it had not been sent (section 4.3). */
export function readTraceparent(text: string): Traceparent | undefined {
  const [, version, traceId, parentId, flags, more] = FORM.exec(text.trim()) ?? [];
  if (!version || !traceId || !parentId || !flags || version === 'ff') return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(parentId) || (version === '00' && more !== undefined))
    return undefined;
  return { traceId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}
