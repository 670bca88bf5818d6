import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Gives `upgrade` the requests for WebSockets, and has those for other protocols (`h2c`) answered as if they had not
 * asked, as RFC 9110, section 7.8, wants it. Node hands over every request with an `Upgrade` and stops reading its
 * connection, so such a request is put back, without that line, and its connection is given to the server anew.
 */
export function ignoreOtherUpgrades(server: Server, upgrade: Upgrade): Upgrade {
  return (request, socket, head) => {
    if (/\bwebsocket\b/i.test(request.headers.upgrade ?? '')) return upgrade(request, socket, head);
    socket.unshift(Buffer.concat([Buffer.from(withoutUpgrade(request), 'latin1'), head]));
    server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
  };
}

function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
