import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { saysReady } from '../subjects/program.ts';

/** A bare `ws` server that sends each message back in a frame of its own. */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => socket.on('message', (text) => socket.send(text, { binary: false })));
await once(server, 'listening');
saysReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
