import { X509Certificate } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { ClientOptions } from 'ws';

/**
 * The launcher's way to its own gateway, by loopback or by the address that it listens on. A certificate made for
 * other names, or by an authority that this machine does not know, is right here if it is the very one that was given.
 */
export function ownDoorOptions(cert: string | undefined): ClientOptions {
  if (cert === undefined) return {};
  const { fingerprint256 } = new X509Certificate(cert);
  const dial = ({ host, port }: ConnectionOptions): TLSSocket => {
    const socket = connect({ host, port, rejectUnauthorized: false });
    socket.prependOnceListener('secureConnect', () => {
      if (socket.getPeerX509Certificate()?.fingerprint256 === fingerprint256) return;
      socket.destroy(new Error('another certificate than --tls-cert'));
    });
    return socket;
  };
  return { createConnection: dial as ClientOptions['createConnection'] };
}

/** What a read by HTTP is answered, if it succeeds within `timeoutMs`. Nothing secret is asked or shown. */
export function askOwnDoor(url: string, timeoutMs: number): Promise<string | undefined> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request(url, { rejectUnauthorized: false, agent: false, signal }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      answer.once('end', () => resolve(answer.statusCode === 200 ? body : undefined));
      answer.once('error', () => resolve(undefined));
    });
    asked.once('error', () => resolve(undefined));
    asked.end();
  });
}
