import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { ToChild, ToLauncher } from '../../runtime/process/ipc.ts';

/**
 * A process that says to the launcher what a node says, and does nothing else: for tests of the launcher alone.
 * It is steered by files in its folder: `refuse` makes it refuse to start, `fail` ends it by a fault during its start, and
 * `deaf` makes it ignore `drain`.
 */
const say = (message: ToLauncher) => process.send?.(message);
let folder = '';

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToChild) => {
  if (message.type === 'drain' && !existsSync(join(folder, 'deaf'))) process.exit(0);
  if (message.type === 'addresses') writeFileSync(join(folder, 'addresses'), JSON.stringify(message.urls));
  if (message.type === 'processes')
    writeFileSync(join(folder, 'processes'), JSON.stringify(message.processes));
  if (message.type === 'filled') writeFileSync(join(folder, 'filled'), '');
  if (message.type !== 'configure') return;

  const { id, kind, format, http, socket } = message;
  folder = message.dataDirectory;
  const present = existsSync(folder);
  mkdirSync(folder, { recursive: true });
  if (existsSync(join(folder, 'refuse'))) {
    say({ type: 'refused', message: `${folder} is damaged` });
    return setImmediate(() => process.exit(2));
  }
  if (existsSync(join(folder, 'fail'))) {
    say({ type: 'failed', message: 'Error: a route has no description' });
    return process.exit(1);
  }
  // A killed process leaves its socket behind, and so does this one.
  if (socket !== undefined) writeFileSync(socket, '', { flag: 'wx' });
  const url = socket === undefined ? `ws://${id}/${process.pid}` : `ws+unix:${socket}`;
  if (kind === 'gateway' && http) {
    const server = createServer((_, response) => response.end('{}'));
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.on('message', (text) => {
        const call = JSON.parse(String(text));
        if (call.method === 'addBooks') writeFileSync(join(folder, `posted-${process.pid}`), '');
        const results: Record<string, object> = {
          authenticate: { authenticated: true },
          addBooks: { added: [1], skipped: [], version: 1 },
          books: { books: [], next: null },
        };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: call.id, result: results[call.method] }));
      });
    });
    server.listen(http.port, http.host, () => {
      const { port } = server.address() as AddressInfo;
      say({ type: 'listening', url, http: `http://${http.host}:${port}` });
      say({ type: 'state', state: 'ready' });
    });
  } else {
    const identity = kind !== 'catalog' ? undefined : present ? 'present' : format ? 'formatted' : 'absent';
    say({ type: 'listening', url, identity });
    say({ type: 'state', state: 'ready' });
  }
});
