import type { IncomingMessage } from 'node:http';
import { isLoopbackAddress } from '../../runtime/loopback-address.ts';

/** Whether a request comes from this machine, and not from a proxy on it that speaks for another (RFC 7239). */
export function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (!isLoopbackAddress(socket.remoteAddress ?? '')) return false;
  return headers.forwarded === undefined && headers['x-forwarded-for'] === undefined;
}
