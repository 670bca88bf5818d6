/**
 * One request of a benchmark: `strong` reads past every cache, `cart` buys a copy of three books, `search` is for a topic, `hold`
 * and `confirm` are the two steps of one order.
 */
export interface Job {
  readonly kind: 'read' | 'strong' | 'search' | 'buy' | 'cart' | 'hold' | 'confirm';
  /** Of the book; of a search the topic's number. */
  readonly id: number;
  /** The order's, of a hold and its confirmation. */
  readonly key?: string;
}

/** A cart has these neighbours of its first book. */
const CART = [0, 1, 2];

export function topicName(number: number): string {
  return `topic ${number}`;
}

function cartOf(id: number): string {
  return `{"lines":[${CART.map((step) => `{"id":${id + step},"quantity":1}`).join(',')}]}`;
}

/** The whole text of a request of HTTP/1.1 (RFC 9112). */
export function httpText({ kind, id, key }: Job, host: string): string {
  if (kind === 'buy') return post('/purchase', `{"id":${id},"quantity":1}`, host);
  if (kind === 'cart') return post('/purchase', cartOf(id), host);
  if (kind === 'hold')
    return post('/holds', `{"id":${id},"quantity":1}`, host, `idempotency-key: ${key}\r\n`);
  if (kind === 'confirm') return post(`/holds/${key}/confirm`, '{}', host);
  if (kind === 'search') return get(`/search/${encodeURIComponent(topicName(id))}`, host);
  return get(kind === 'strong' ? `/info/${id}?consistency=strong` : `/info/${id}`, host);
}

function get(path: string, host: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
}

function post(path: string, body: string, host: string, more = ''): string {
  const head = `host: ${host}\r\n${more}content-type: application/json\r\ncontent-length: ${body.length}`;
  return `POST ${path} HTTP/1.1\r\n${head}\r\n\r\n${body}`;
}

/** The text of a call of JSON-RPC 2.0 with this id. */
export function rpcText(job: Job, call: number): string {
  return `{"jsonrpc":"2.0","id":${call},${methodAndParams(job)}}`;
}

function methodAndParams({ kind, id, key }: Job): string {
  if (kind === 'buy') return `"method":"purchase","params":{"id":${id},"quantity":1}`;
  if (kind === 'cart') return `"method":"purchase","params":${cartOf(id)}`;
  if (kind === 'hold') return `"method":"hold","params":{"id":${id},"quantity":1,"orderId":"${key}"}`;
  if (kind === 'confirm') return `"method":"confirm","params":{"orderId":"${key}"}`;
  if (kind === 'search') return `"method":"search","params":{"topic":"${topicName(id)}"}`;
  const strength = kind === 'strong' ? ',"consistency":"strong"' : '';
  return `"method":"info","params":{"id":${id}${strength}}`;
}
