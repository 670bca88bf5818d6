import { isUtf8 } from 'node:buffer';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { Certificate } from '../certificate.ts';
import type { Context } from '../context.ts';
import { answerClientError, asHttpError, sendProblem } from '../problem-response.ts';

/** How often node looks for requests that take too long, in milliseconds. */
const TIMEOUT_CHECK_MS = 1_000;
/**
 * So many times the largest body are read to their end and thrown away, in the time of a request. Who still sends when the
 * connection closes loses the answer along with it (RFC 9112, section 9.6).
 */
const READ_OUT = 16;

/** A fastify instance with what is the same for all routes: bounds, JSON, errors, counting. */
export function createApp(context: Context, tls?: Certificate): FastifyInstance {
  const { limits, logger } = context;
  const server = {
    headersTimeout: limits.httpRequestTimeoutMs,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, limits.httpRequestTimeoutMs),
  };
  const app = fastify({
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.httpRequestTimeoutMs,
    // Silence on a connection whose answer is still due must outlast the slowest answer.
    connectionTimeout: limits.httpRequestTimeoutMs + limits.purchaseDeadlineMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: true,
    ...(tls
      ? { https: { ...server, ...tls, handshakeTimeout: limits.httpRequestTimeoutMs } }
      : { http: server }),
    routerOptions: { maxParamLength: 4096 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void fail(error, request, reply),
  });

  function fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error = asHttpError(thrown);
    if (error.code === 'internal') logger.error({ err: thrown }, `${request.method} ${request.url} failed`);
    const { 'content-length': length } = request.headers;
    // Without a length it could go on for ever, and ends with its connection.
    if (error.code === 'too-large' && Number(length) <= limits.maxBodyBytes * READ_OUT) {
      reply.removeHeader('connection');
    }
    return sendProblem(reply, error, request.method === 'GET' || request.method === 'HEAD');
  }

  app.setErrorHandler(fail);
  // Half for HTTP and half for WebSocket, so that neither keeps the other out.
  app.server.maxConnections = limits.maxClientConnections * 2;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    // Otherwise a title in another encoding would become another title.
    if (!isUtf8(body as Buffer)) return done(new BazarError('malformed-json', 'The body is not UTF-8.'));
    try {
      done(null, JSON.parse(body.toString()));
    } catch (error) {
      done(new BazarError('malformed-json', `The body is not JSON: ${(error as Error).message}`));
    }
  });
  return app;
}
