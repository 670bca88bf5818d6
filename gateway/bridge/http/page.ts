import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { Context } from '../context.ts';
import { createPageBundle, ENCODINGS, type Encoding, type PageBundle, type PageFile } from './page-bundle.ts';

/** What the page may do: speak to this very host, and run what comes from it. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // One name, made once: the page's own worker. The constructor of workers takes no plain address under these rules.
  'trusted-types simulator',
].join('; ');

const HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** What a program finds at `/`. */
const DIRECTORY = {
  store: 'Bazar',
  description: '/openapi.json describes every request; by WebSocket ask /ws for rpc.discover',
  webSocket: '/ws',
  read: ['/search/TOPIC', '/info/ID', '/info', '/topics', '/orders/ORDER-ID'],
  buy: 'POST /purchase {"id":1,"quantity":1}',
  operate: ['/status', '/livez', '/readyz', '/metrics', '/audit'],
};

const STYLE = '/page.css';
const SCRIPT = '/page.js';
const SIMULATOR = '/simulator.js';
/** What the page loads later, named after its content. */
const LATER = '/part-:hash.js';

/** Serves the page: at `/` to browsers; programs are told there where things are. */
export function addPage(app: FastifyInstance, { logger }: Context): void {
  const look = createPageBundle('look');
  const page = createPageBundle('page');
  const simulator = createPageBundle('simulator');

  async function send(
    bundle: PageBundle,
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const file = await fileAt(bundle, path);
    if (!file) throw new BazarError('not-found', `There is nothing at ${path.slice(0, 200)}.`);
    reply.headers(HEADERS).header('etag', file.etag).header('vary', 'accept, accept-encoding');
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    const encoding = encodingFor(request.headers['accept-encoding'] ?? '');
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.type(file.type).send(Buffer.from(file.bodies[encoding]));
  }

  async function fileAt(bundle: PageBundle, path: string): Promise<PageFile | undefined> {
    try {
      return (await bundle.files()).get(path);
    } catch (error) {
      logger.error({ err: error }, 'the page could not be made');
      throw new BazarError('unavailable', 'The page could not be made; the log of the gateway says why.');
    }
  }

  app.get('/', (request, reply) => {
    if (takesHtml(request)) {
      // Its scripts are asked for next; they are made beside what is painted first.
      page.files().catch(() => {});
      return send(look, '/', request, reply);
    }
    return reply.header('vary', 'accept').send(DIRECTORY);
  });
  app.get(STYLE, (request, reply) => send(look, STYLE, request, reply));
  app.get(SCRIPT, (request, reply) => send(page, SCRIPT, request, reply));
  app.get(LATER, (request, reply) => send(page, request.url.split('?', 1)[0]!, request, reply));
  app.get(SIMULATOR, (request, reply) => send(simulator, SIMULATOR, request, reply));
}

function takesHtml({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.split(',').some((range) => range.split(';', 1)[0]!.trim().toLowerCase() === 'text/html');
}

/** The shortest encoding that the client takes (RFC 9110, section 12.5.3; weights but 0 are not compared). */
function encodingFor(accepted: string): Encoding {
  const taken = new Set(
    accepted
      .toLowerCase()
      .split(',')
      .filter((range) => !/;\s*q=0(\.0*)?\s*$/.test(range))
      .map((range) => range.split(';', 1)[0]!.trim()),
  );
  return ENCODINGS.find((encoding) => taken.has(encoding)) ?? 'identity';
}
