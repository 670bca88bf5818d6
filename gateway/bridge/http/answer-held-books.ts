import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Context } from '../context.ts';
import { JSON_TYPE, originHead, storeVersionHead, versionHead } from './heads.ts';

const PATH = '/info/';
const ROUTE = 'GET /info/:id';

/** Whatever makes a request more than "this book, please" is for the route, which knows what to do about it. */
const UNUSUAL = [
  'authorization',
  'if-none-match',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
];

/**
 * Answers `GET /info/ID` of books that are in the memory before the router sees the request, as the route would: what
 * a router, schemas and hooks do for a request costs several times what this answer does.
 */
export function answerHeldBooks(server: Server, context: Context): void {
  const { heldBooks, storeVersions, admission, doorkeeper, metrics, clock, logger } = context;
  const [route] = server.listeners('request') as RequestListener[];
  if (doorkeeper.namesOrigins || logger.isLevelEnabled('debug')) return;

  function isAnswered(request: IncomingMessage, response: ServerResponse): boolean {
    const started = clock.monotonic();
    const id = idOf(request);
    const least = request.headers['x-bazar-version'];
    if (least !== undefined && !storeVersions.isReached(least)) return false;
    if (id === undefined || !doorkeeper.isWelcome(request)) return false;
    const held = heldBooks.find(id);
    if (!held || !admission.admits(request.socket.remoteAddress ?? '')) return false;
    const { text, served } = held;
    response.writeHead(200, {
      ...originHead(served),
      ...versionHead(served),
      ...storeVersionHead(storeVersions, served),
      ...JSON_TYPE,
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
    metrics.answered(ROUTE, 200, (clock.monotonic() - started) / 1000);
    return true;
  }

  server.removeListener('request', route!);
  server.on('request', (request, response) => {
    if (!isAnswered(request, response)) route!(request, response);
  });
}

/** The id of a plain request for a book; anything else is left to the route. */
function idOf({ method, url = '', headers }: IncomingMessage): number | undefined {
  if (method !== 'GET' || !url.startsWith(PATH) || url.length > PATH.length + 15) return undefined;
  let id = 0;
  for (let at = PATH.length; at < url.length; at++) {
    const digit = url.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9 || (digit === 0 && id === 0)) return undefined;
    id = id * 10 + digit;
  }
  return id > 0 && UNUSUAL.every((name) => headers[name] === undefined) ? id : undefined;
}
