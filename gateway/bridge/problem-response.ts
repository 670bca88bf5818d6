import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { asBazarError, BazarError, type ErrorCode } from '../../runtime/errors.ts';
import { describeProblem, type Problem, viewProblem } from './problem.ts';

/** Errors as HTTP responses in `application/problem+json` (RFC 9457). */

const PROBLEM_JSON = 'application/problem+json';

/** What fastify found wrong before a handler ran, in the store's codes. */
const OF_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-http',
  FST_ERR_BAD_URL: 'invalid-request',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid-request',
};

/** What node's parser found wrong before there was a request. */
const OF_NODE: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too-large',
};

export function asHttpError(thrown: unknown): BazarError {
  if (thrown instanceof BazarError || !(thrown instanceof Error)) return asBazarError(thrown);
  const { code: name = '' } = thrown as Error & { code?: string };
  if (name === 'ECONNRESET') return new BazarError('unavailable', 'The client has gone.');
  const code = OF_FASTIFY[name];
  return code ? new BazarError(code, `${thrown.message}.`) : asBazarError(thrown);
}

/** The parts of an error's response on a connection that may stay open. */
export function problemResponse(error: BazarError, readOnly: boolean) {
  const problem = describeProblem(error, readOnly);
  const { connection: _, ...headers } = headersOf(problem);
  return { status: problem.status, headers, body: bodyOf(problem) };
}

export function sendProblem(reply: FastifyReply, error: BazarError, readOnly: boolean): FastifyReply {
  const problem = describeProblem(error, readOnly);
  // A buffer, since fastify would add a charset to a string's content type, and the media type has none.
  return reply
    .code(problem.status)
    .headers(headersOf(problem))
    .send(Buffer.from(bodyOf(problem)));
}

/** The same on a bare socket, which is closed afterwards: for upgrades, and for what is not HTTP at all. */
export function writeProblem(socket: Duplex, error: BazarError): void {
  const problem = describeProblem(error, true);
  const body = bodyOf(problem);
  const headers = { ...headersOf(problem), 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const { status } = problem;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  writeProblem(socket, new BazarError(OF_NODE[error.code ?? ''] ?? 'malformed-http'));
  // The rest of what it sends is of no interest, and it must not keep the socket by sending slowly.
  socket.once('finish', () => socket.destroy());
}

const bodyOf = (problem: Problem) => JSON.stringify(viewProblem(problem));

function headersOf({ status, code, replayed, via }: Problem): Record<string, string> {
  return {
    'content-type': PROBLEM_JSON,
    'cache-control': 'no-store',
    ...(status === 503 || status === 429 ? { 'retry-after': '1' } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 426 ? { upgrade: 'websocket' } : {}),
    ...(via ? { 'x-served-by': via.join(', ') } : {}),
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    ...(code === 'draining' ? { connection: 'close' } : {}),
  };
}
