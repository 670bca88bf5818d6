/** A request of HTTP/1.1 that says nothing but what is asked: what it asks for, of which host, under which key. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** The `Idempotency-Key` as it stands. */
  readonly key: string | undefined;
  /** The `X-Bazar-Version` that the answer must not be older than. */
  readonly least: string | undefined;
  /** The text of a JSON body, or of none where nothing is posted; undefined where nothing could be. */
  readonly body: string | undefined;
}

/** What is longer is not read as a plain request. */
const MAX_PLAIN_BYTES = 4_096;

/**
 * A whole head: a request line and lines of a token, a colon and visible ASCII (RFC 9112, sections 3 and 5). What the
 * grammar allows beyond that, a folded line or a byte above 127, is not plain.
 */
const HEAD = /^(GET|POST) (\/[\w/.~?=-]*) HTTP\/1\.1(?:\r\n[\w!#$%&'*+.^`|~-]+:[\t ]*[!-~][\t -~]*)+$/;

/** What makes a request more than plain: who shows a token, asks whether something has changed, or has it traced. */
const UNUSUAL: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'expect',
  'if-none-match',
  'origin',
  'sec-fetch-site',
  'traceparent',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The one request that `piece` is, whole and alone; undefined where it may be anything else. It reads less than HTTP
 * allows, and nothing in another way: whatever it is not sure of is for a server that knows all of HTTP.
 */
export function readPlainRequest(piece: Buffer): PlainRequest | undefined {
  if (piece.length > MAX_PLAIN_BYTES) return undefined;
  const text = piece.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [, method, path] = (end >= 0 && HEAD.exec(text.slice(0, end))) || [];
  if (method === undefined || path === undefined) return undefined;
  const lines = linesOf(text, text.indexOf('\r\n') + 2, end + 2);
  if (!lines) return undefined;
  const { host, connection, length, type, key, least } = lines;
  if (host === undefined || (connection !== undefined && connection.toLowerCase() !== 'keep-alive'))
    return undefined;
  const rest = piece.length - end - 4;
  if (length === undefined ? rest > 0 : length !== String(rest)) return undefined;
  const hasBody = length !== undefined;
  if (hasBody !== (method === 'POST')) return undefined;
  if (hasBody && type !== 'application/json' && (type !== undefined || rest > 0)) return undefined;
  const body = hasBody ? piece.toString('utf8', end + 4) : undefined;
  return { method, path, host, key, least, body };
}

/** What the lines say that change the answer; undefined where one is unusual or stands there twice. */
function linesOf(text: string, from: number, end: number) {
  let host: string | undefined;
  let connection: string | undefined;
  let length: string | undefined;
  let type: string | undefined;
  let key: string | undefined;
  let least: string | undefined;
  for (let at = from; at < end; ) {
    const colon = text.indexOf(':', at);
    const next = text.indexOf('\r\n', colon) + 2;
    const name = text.slice(at, colon).toLowerCase();
    const value = () => text.slice(colon + 1, next - 2).trim();
    let known: string | undefined;
    if (name === 'host') [known, host] = [host, value()];
    else if (name === 'connection') [known, connection] = [connection, value()];
    else if (name === 'content-length') [known, length] = [length, value()];
    else if (name === 'content-type') [known, type] = [type, value()];
    else if (name === 'idempotency-key') [known, key] = [key, value()];
    else if (name === 'x-bazar-version') [known, least] = [least, value()];
    else if (UNUSUAL.has(name)) return undefined;
    if (known !== undefined) return undefined;
    at = next;
  }
  return { host, connection, length, type, key, least };
}
