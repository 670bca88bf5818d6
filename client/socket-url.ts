import { BazarError } from '../runtime/errors.ts';

/** Where the socket of a store is, by its `http://` address or that of the socket itself. */
export function socketUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' }[url.protocol];
  if (!url || !scheme)
    throw new BazarError('invalid-request', `"${text}" is not an http:// or ws:// address`);
  url.protocol = scheme;
  if (url.pathname === '/') url.pathname = '/ws';
  url.hash = '';
  return url.href;
}
