import * as z from 'zod';
import { BazarError, ERROR_KINDS, type ErrorCode } from '../errors.ts';
import {
  type AskType,
  type Body,
  MESSAGES,
  type MessageType,
  type Reply,
  type TellType,
} from '../messages.ts';
import { TraceSpan } from '../trace/trace-span.ts';

/**
 * What travels on an open link. A frame is one JSON array: the envelopes of one event-loop turn, in order. Who
 * sent them and to whom is not said in them, since the link's greeting proved it.
 *
 * On the wire an envelope is `{type, body}` (a tell), `{type, id, ttl, body}` (an ask), `{type, re, body}` (its
 * reply), `{type, re, error}` (its failure) or `{type: "ping"}` (a sign of life). `ttl` is how many milliseconds
 * the asker goes on waiting, so that clocks need not agree. An ask with `trace: true` wants to know what the answer
 * took: the reply or the failure has a `span` then.
 */
export type Envelope =
  | { readonly kind: 'ping' }
  | { readonly kind: 'tell'; readonly type: TellType; readonly body: unknown }
  | {
      readonly kind: 'ask';
      readonly type: AskType;
      readonly id: number;
      readonly ttl: number;
      readonly body: unknown;
      readonly trace?: true;
    }
  | {
      readonly kind: 'reply';
      readonly type: AskType;
      readonly re: number;
      readonly body: unknown;
      readonly span?: TraceSpan;
    }
  | {
      readonly kind: 'failure';
      readonly type: AskType;
      readonly re: number;
      readonly error: BazarError;
      readonly span?: TraceSpan;
    };

/** A frame that is not what this protocol sends. Nothing of it is handled; its link is closed. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** The longest time left that an ask may carry, in milliseconds. */
export const MAX_TTL_MS = 3_600_000;

export const PING = '{"type":"ping"}';

export function encodeTell<T extends TellType>(type: T, body: Body<T>): string {
  return JSON.stringify({ type, body });
}

export function encodeAsk<T extends AskType>(
  type: T,
  id: number,
  timeoutMs: number,
  body: Body<T>,
  trace?: true,
): string {
  const ttl = Math.min(Math.ceil(timeoutMs), MAX_TTL_MS);
  return JSON.stringify(trace ? { type, id, ttl, body, trace } : { type, id, ttl, body });
}

export function encodeReply<T extends AskType>(
  type: T,
  re: number,
  body: Reply<T>,
  span?: TraceSpan,
): string {
  return JSON.stringify(span ? { type, re, body, span } : { type, re, body });
}

export function encodeFailure(
  type: AskType,
  re: number,
  { code, outcome, message, details }: BazarError,
  span?: TraceSpan,
): string {
  const error = { code, outcome, message, details };
  return JSON.stringify(span ? { type, re, error, span } : { type, re, error });
}

/** The envelopes of one frame, all of them checked. Throws a `FrameError`. */
export function decodeFrame(text: string, maxFrameBytes: number): Envelope[] {
  if (text.length > maxFrameBytes) throw new FrameError('a frame is at most `maxFrameBytes` long');
  const values = parseJson(text);
  if (!Array.isArray(values)) throw new FrameError('a frame is an array');
  return values.map(decodeEnvelope);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FrameError('a frame is JSON');
  }
}

const Failure = z.object({
  code: z.string(),
  outcome: z.enum(['none', 'refused', 'unknown']),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** What `MESSAGES` says of one type, without its name. */
interface Shape {
  readonly body: z.ZodType;
  readonly reply?: z.ZodType;
}

/** By hand: this is walked for every message between processes. */
function decodeEnvelope(value: unknown): Envelope {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FrameError('an envelope is an object');
  const envelope = value as Record<string, unknown>;
  const { type, body, error } = envelope;
  if (type === 'ping') return { kind: 'ping' };
  if (!isMessageType(type)) throw new FrameError('unknown message type');
  const shape: Shape = MESSAGES[type];
  if (!isAskType(type)) return { kind: 'tell', type, body: check(shape.body, body, type) };
  const id = whole('id', envelope.id, 1);
  const ttl = whole('ttl', envelope.ttl, 0, MAX_TTL_MS);
  if (id !== undefined && ttl !== undefined) {
    const ask = { kind: 'ask' as const, type, id, ttl, body: check(shape.body, body, type) };
    return envelope.trace === true ? { ...ask, trace: true } : ask;
  }
  const re = whole('re', envelope.re, 1);
  if (re === undefined) throw new FrameError(`${type}: neither an ask nor an answer`);
  const answer: Envelope =
    error === undefined
      ? { kind: 'reply', type, re, body: check(shape.reply!, body, `reply to ${type}`) }
      : { kind: 'failure', type, re, error: revive(check(Failure, error, 'envelope: error')) };
  if (envelope.span === undefined) return answer;
  return { ...answer, span: check(TraceSpan, envelope.span, 'envelope: span') };
}

function whole(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined || isWhole(value, least, most)) return value;
  throw new FrameError(`envelope: ${name} is no whole number from ${least} to ${most}`);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new FrameError(`${what}: ${issue?.path.join('.')} ${issue?.message}`);
}

/** The error as it was thrown at the other end. A code that this version does not know is `internal`. */
function revive({ code, outcome, message, details }: z.infer<typeof Failure>): BazarError {
  return new BazarError(isErrorCode(code) ? code : 'internal', message, details, outcome);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, code);
}

function isMessageType(type: unknown): type is MessageType {
  return typeof type === 'string' && Object.hasOwn(MESSAGES, type);
}

function isAskType(type: MessageType): type is AskType {
  return 'reply' in MESSAGES[type];
}
