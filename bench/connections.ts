import { Agent, request } from 'node:http';
import { DEFAULT_CLIENT_LIMITS } from '../client/limits.ts';
import { webSocketDial } from '../client/socket.ts';
import { systemClock } from '../runtime/clock.ts';

/** What one request came to: `ok`, or the error's code. */
export type Outcome = string;

export interface Job {
  readonly kind: 'buy' | 'read';
  readonly id: number;
}

/** One connection, on which up to `width` jobs are under way; each has a slot of its own meanwhile. */
export interface BenchConnection {
  readonly width: number;
  send(slot: number, job: Job): void;
  close(): void;
}

export type Answered = (slot: number, outcome: Outcome) => void;

/** Opens a WebSocket; a lost one answers all of its jobs with `lost`. */
export function openWebSocketConnection(
  url: string,
  width: number,
  answered: Answered,
): Promise<BenchConnection> {
  const pending = new Set<number>();
  const settle = (slot: number, outcome: Outcome) => {
    if (pending.delete(slot)) answered(slot, outcome);
  };
  return new Promise((resolve, reject) => {
    const connection = webSocketDial(systemClock, DEFAULT_CLIENT_LIMITS)(url, {
      opened: () =>
        resolve({
          width,
          send(slot, { kind, id }) {
            pending.add(slot);
            const method = kind === 'buy' ? 'purchase' : 'info';
            const params = kind === 'buy' ? `{"id":${id},"quantity":1}` : `{"id":${id}}`;
            connection.send(`{"jsonrpc":"2.0","id":${slot},"method":"${method}","params":${params}}`);
          },
          close: () => connection.close(),
        }),
      frame(text) {
        const { id, error } = JSON.parse(text);
        settle(id, error ? (error.data?.code ?? error.message) : 'ok');
      },
      closed(reason) {
        reject(new Error(reason));
        for (const slot of pending) settle(slot, 'lost');
      },
    });
  });
}

/** One keep-alive connection of HTTP/1.1, which has one request under way at a time. */
export function openHttpConnection(url: string, answered: Answered): BenchConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    width: 1,
    send(slot, { kind, id }) {
      const body = kind === 'buy' ? `{"id":${id},"quantity":1}` : '';
      const options =
        kind === 'buy'
          ? {
              agent,
              method: 'POST',
              headers: { 'content-type': 'application/json', 'content-length': body.length },
            }
          : { agent };
      const call = request(`${url}/${kind === 'buy' ? 'purchase' : `info/${id}`}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => answered(slot, outcomeOf(response.statusCode ?? 0, text)));
      });
      call.on('error', () => answered(slot, 'lost'));
      call.end(body);
    },
    close: () => agent.destroy(),
  };
}

function outcomeOf(status: number, text: string): Outcome {
  if (status < 300) return 'ok';
  try {
    return JSON.parse(text).code ?? String(status);
  } catch {
    return String(status);
  }
}
