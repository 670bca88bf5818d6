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

const ASSETS = ['/page.js', '/page.css'] as const;
const SIMULATOR = '/simulator.js';

/** Serves the page: at `/` to browsers; programs are told there where things are. */
export function addPage(app: FastifyInstance, { logger }: Context): void {
  const page = createPageBundle('page');
  const simulator = createPageBundle('simulator');

  async function send(
    bundle: PageBundle,
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const file = await fileAt(bundle, path);
    reply.headers(HEADERS).header('etag', file.etag).header('vary', 'accept, accept-encoding');
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
    const encoding = encodingFor(request.headers['accept-encoding'] ?? '');
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.type(file.type).send(Buffer.from(file.bodies[encoding]));
  }

  async function fileAt(bundle: PageBundle, path: string): Promise<PageFile> {
    try {
      return (await bundle.files()).get(path)!;
    } catch (error) {
      logger.error({ err: error }, 'the page could not be made');
      throw new BazarError('unavailable', 'The page could not be made; the log of the gateway says why.');
    }
  }

  app.get('/', (request, reply) => {
    if (takesHtml(request)) return send(page, '/', request, reply);
    return reply.header('vary', 'accept').send(DIRECTORY);
  });
  for (const path of ASSETS) app.get(path, (request, reply) => send(page, path, request, reply));
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
