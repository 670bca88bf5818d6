import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { saysReady } from '../subjects/program.ts';
import { HEADERS, TEXT } from './answer.ts';

/** Bare `node:http`: the least that an HTTP server in Node can do for an answer. */
const server = createServer((_, response) => {
  response.writeHead(200, HEADERS);
  response.end(TEXT);
});
server.listen(0, '127.0.0.1', () => saysReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
