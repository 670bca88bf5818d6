import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { BazarError } from '../../runtime/errors.ts';
import { isLoopbackAddress, isLoopbackHost } from '../../runtime/loopback-address.ts';

/** Which pages and names may reach the store, besides its own. */
export interface Access {
  /** Origins of pages elsewhere, such as `https://shop.example`. */
  readonly origins?: readonly string[];
  /** Names by which this machine's own clients may reach it, such as that of a proxy. */
  readonly hosts?: readonly string[];
}

/** Tells the requests of programs and of the store's own pages from those of pages elsewhere. */
export interface Doorkeeper {
  /** Whether any page elsewhere may read answers. */
  readonly namesOrigins: boolean;
  /** The origin of a page elsewhere that may do what a program may. */
  namedOrigin(request: IncomingMessage): string | undefined;
  /**
   * Throws `malformed-http` or `foreign-host`. By loopback a browser comes to a foreign name where that name's DNS
   * says 127.0.0.1 for a moment, and its page would then count as the store's own.
   */
  checkHost(request: IncomingMessage): void;
  /** Whether `checkHost` lets it pass. */
  isWelcome(request: IncomingMessage): boolean;
  /** Whether the store goes by this name, a host with or without a port, on a connection. */
  answersTo(host: string, socket: Pick<Socket, 'localAddress'>): boolean;
  /** Throws `foreign-origin`, for what a page elsewhere must not do. */
  checkOrigin(request: IncomingMessage): void;
}

export function createDoorkeeper({ origins = [], hosts = [] }: Access): Doorkeeper {
  const named = new Set(origins);
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));

  function namedOrigin({ headers: { origin } }: IncomingMessage): string | undefined {
    return origin !== undefined && named.has(origin) ? origin : undefined;
  }

  function checkHost({ headers: { host }, rawHeaders, httpVersionMajor, socket }: IncomingMessage): void {
    if (httpVersionMajor !== 1) throw new BazarError('malformed-http', 'Only HTTP/1.x is spoken here.');
    // Two of them are how one server is made to believe what another did not check.
    if (isRepeated(rawHeaders, 'host')) throw new BazarError('malformed-http', 'There are two Host lines.');
    if (host === undefined || answersTo(host, socket)) return;
    const name = nameOf(host).toLowerCase();
    throw new BazarError(
      'foreign-host',
      `On this machine the store answers to localhost, and not to "${name.slice(0, 100)}" (--allow-host).`,
    );
  }

  function answersTo(host: string, { localAddress = '' }: Pick<Socket, 'localAddress'>): boolean {
    if (!isLoopbackAddress(localAddress)) return true;
    const name = nameOf(host).toLowerCase();
    return isLoopbackHost(name) || allowed.has(name);
  }

  return {
    namesOrigins: named.size > 0,
    namedOrigin,

    checkHost,
    answersTo,
    isWelcome(request) {
      try {
        checkHost(request);
        return true;
      } catch {
        return false;
      }
    },

    checkOrigin(request) {
      const { origin, host, 'sec-fetch-site': site } = request.headers;
      if (origin === undefined ? site !== 'cross-site' : isOwn(origin, host, request)) return;
      if (namedOrigin(request) !== undefined) return;
      throw new BazarError('foreign-origin', 'A web page elsewhere may not do this (--cors).');
    },
  };
}

function isRepeated(rawHeaders: readonly string[], name: string): boolean {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.toLowerCase() === name) seen += 1;
  return seen > 1;
}

/** A host without its port. */
function nameOf(host: string): string {
  return /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host)?.[1] ?? host;
}

/** Of the very host that is asked; in the clear only where the store is asked in the clear. */
function isOwn(origin: string, host: string | undefined, { socket }: IncomingMessage): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  if (protocol !== 'https:' && (protocol !== 'http:' || 'encrypted' in socket)) return false;
  return from === host?.toLowerCase();
}
