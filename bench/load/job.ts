import { nanoid } from 'nanoid';

/**
 * What a benchmark asks for: `strong` reads past every cache, `cart` buys a copy of three books, `search` is for a topic,
 * `find` for words in a title. `hold` is two requests, of which the second confirms what the first has held.
 */
export interface Job {
  readonly kind: 'read' | 'strong' | 'search' | 'find' | 'buy' | 'cart' | 'hold';
  /** Of the book; of a search the topic's number. */
  readonly id: number;
}

/** A cart has these neighbours of its first book. */
const CART = [0, 1, 2];

export function topicName(number: number): string {
  return `topic ${number}`;
}

function cartOf(id: number): string {
  return `{"lines":[${CART.map((step) => `{"id":${id + step},"quantity":1}`).join(',')}]}`;
}

/** The whole texts of its requests of HTTP/1.1 (RFC 9112), of which each is sent when the one before was answered well. */
export function httpTexts({ kind, id }: Job, host: string): string[] {
  if (kind === 'hold') {
    const key = nanoid();
    const held = post('/holds', `{"id":${id},"quantity":1}`, host, `idempotency-key: ${key}\r\n`);
    return [held, post(`/holds/${key}/confirm`, '{}', host)];
  }
  if (kind === 'buy') return [post('/purchase', `{"id":${id},"quantity":1}`, host)];
  if (kind === 'cart') return [post('/purchase', cartOf(id), host)];
  if (kind === 'search') return [get(`/search/${encodeURIComponent(topicName(id))}`, host)];
  if (kind === 'find') return [get(`/books?q=${id}+measure&limit=20`, host)];
  return [get(kind === 'strong' ? `/info/${id}?consistency=strong` : `/info/${id}`, host)];
}

function get(path: string, host: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
}

function post(path: string, body: string, host: string, key = ''): string {
  const head = `host: ${host}\r\n${key}content-type: application/json\r\ncontent-length: ${body.length}`;
  return `POST ${path} HTTP/1.1\r\n${head}\r\n\r\n${body}`;
}

/** The text of a call of JSON-RPC 2.0 with this id; jobs of two requests are asked for by HTTP alone. */
export function rpcText(job: Job, call: number): string {
  return `{"jsonrpc":"2.0","id":${call},${methodAndParams(job)}}`;
}

function methodAndParams({ kind, id }: Job): string {
  if (kind === 'buy') return `"method":"purchase","params":{"id":${id},"quantity":1}`;
  if (kind === 'cart') return `"method":"purchase","params":${cartOf(id)}`;
  if (kind === 'search') return `"method":"search","params":{"topic":"${topicName(id)}"}`;
  const strength = kind === 'strong' ? ',"consistency":"strong"' : '';
  return `"method":"info","params":{"id":${id}${strength}}`;
}
