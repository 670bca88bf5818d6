import { Agent, type OutgoingHttpHeaders, request } from 'node:http';

/** One HTTP request of an attacker: no retry, and a bound on the wait. */

export interface Reply {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
  /** Reads the answer and throws it away, as one does who only wants the store to work. */
  readonly heedless?: boolean;
  readonly agent?: Agent;
  readonly timeoutMs?: number;
}

const SILENT: Reply = { status: 0, headers: {}, text: '' };

/** Never rejects. Every request has a connection of its own unless an agent is given. */
export function ask(url: string, asked: Asked = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, heedless = false, agent = new Agent(), timeoutMs = 20_000 } = asked;
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
  const all: OutgoingHttpHeaders = {
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }),
    ...headers,
  };
  return new Promise((resolve) => {
    const call = request(url, { method, headers: all, agent, timeout: timeoutMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => !heedless && chunks.push(chunk));
      answer.on('error', () => resolve(SILENT));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(SILENT));
    call.end(body);
  });
}

/** Numbers of answers by their status, such as `status 503`. */
export function tally(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of replies) {
    const name = status === 0 ? 'no answer' : `status ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
