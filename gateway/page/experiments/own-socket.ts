import { type call, failure } from '../store-socket.ts';

/** A client of its own beside the page's connection, without its patience: what is lost is an error. */
export interface OwnSocket {
  readonly call: typeof call;
  close(): void;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (fault: unknown) => void;
}

/** Rejects with a `CallFailure` where it does not open. */
export async function openOwnSocket(): Promise<OwnSocket> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onclose = () => reject(failure('client-lost', 'none', 'One of the clients got no connection.'));
  });
  socket.onclose = () => {
    const lost = failure('client-lost', 'none', 'One of the clients has lost its connection.');
    for (const { reject } of waiting.values()) reject(lost);
  };
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data as string);
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject({ outcome: 'none', data: {}, ...error.data, message: error.message });
    else call?.resolve(result as never);
  };
  return {
    call: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      }),
    close: () => socket.close(),
  };
}
