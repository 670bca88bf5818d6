// Watches a book and buys a copy of it, by JSON-RPC 2.0 over a WebSocket: node docs/examples/buy.mjs [BOOK]
import { WebSocket } from 'ws';

const book = Number(process.argv[2] ?? 1);
const orderId = `example-${Date.now()}`;
const socket = new WebSocket('ws://127.0.0.1:8080/ws');
const waiting = new Map();
let lastId = 0;

function call(method, params) {
  const id = ++lastId;
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

socket.on('message', (text) => {
  const { id, method, params, result, error } = JSON.parse(text);
  if (method === 'stock') console.log('stock now', params);
  else if (error) waiting.get(id).reject(error);
  else waiting.get(id).resolve(result);
});

socket.on('open', async () => {
  try {
    console.log('watching', (await call('subscribe', { ids: [book] })).books);
    console.log('bought', await call('purchase', { id: book, quantity: 1, orderId }));
    // The same order id again: the same order, and not another copy.
    console.log('replayed', (await call('purchase', { id: book, quantity: 1, orderId })).replayed);
  } catch ({ message, data }) {
    console.error(message, data);
    process.exitCode = 1;
  }
  socket.close();
});

socket.on('error', ({ message }) => {
  console.error(message || 'the store is not there');
  process.exitCode = 1;
});
