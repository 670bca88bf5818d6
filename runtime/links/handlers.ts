import type { Clock } from '../clock.ts';
import { asBazarError, BazarError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { AskType, MessageType, Reply } from '../messages.ts';
import { type Envelope, encodeFailure, encodeReply } from './envelope.ts';
import type { Endpoint } from './link.ts';
import type { Incoming, Mesh } from './mesh.ts';

/** A node's handlers of messages, one a type. */
export interface Handlers extends Pick<Mesh, 'onAsk' | 'onTell'> {
  /** Gives one envelope to whom it concerns, and sends the answer where there is one. */
  handle(from: Endpoint, envelope: Envelope): void;
}

type Handler = (body: unknown, incoming: Incoming) => unknown;
type Ask = Extract<Envelope, { kind: 'ask' }>;

export function createHandlers(clock: Clock, limits: Limits, logger: Logger): Handlers {
  const handlers = new Map<MessageType, Handler>();
  let answering = 0;

  function register(type: MessageType, handler: Handler): void {
    if (handlers.has(type)) throw new Error(`${type} has a handler already`);
    handlers.set(type, handler);
  }

  function answer(from: Endpoint, ask: Ask): void {
    const deadline = clock.monotonic() + ask.ttl;
    const handler = handlers.get(ask.type);
    if (!handler) {
      refuse(from, ask, new BazarError('internal', `${from.peer.id} asks for ${ask.type}, unknown here`));
    } else if (answering >= limits.maxAsksAnswered) {
      refuse(from, ask, new BazarError('overloaded'));
    } else {
      answering += 1;
      run(handler, ask.body, { from: from.peer, deadline }).then(
        (body) => finish(from, ask, deadline, () => encodeReply(ask.type, ask.id, body as Reply<AskType>)),
        (error) => finish(from, ask, deadline, () => encodeFailure(ask.type, ask.id, explain(ask, error))),
      );
    }
  }

  /** After the deadline nobody waits, so nothing is sent. */
  function finish(from: Endpoint, ask: Ask, deadline: number, encode: () => string): void {
    answering -= 1;
    if (clock.monotonic() >= deadline) return;
    if (!from.send(encode()))
      refuse(from, ask, new BazarError('overloaded', 'no room for the answer', {}, 'unknown'));
  }

  /** If even this does not fit, the asker's own deadline ends its waiting. */
  function refuse(from: Endpoint, ask: Ask, error: BazarError): void {
    from.send(encodeFailure(ask.type, ask.id, error));
  }

  function explain(ask: Ask, error: unknown): BazarError {
    if (!(error instanceof BazarError)) logger.error({ err: error, type: ask.type }, 'a handler failed');
    return asBazarError(error);
  }

  return {
    onAsk: (type, handler) => register(type, handler as Handler),
    onTell: (type, handler) => register(type, handler as Handler),
    handle(from, envelope) {
      switch (envelope.kind) {
        case 'ping':
          break;
        case 'tell':
          handlers.get(envelope.type)?.(envelope.body, {
            from: from.peer,
            deadline: Number.POSITIVE_INFINITY,
          });
          break;
        case 'ask':
          answer(from, envelope);
          break;
        case 'reply':
          from.asks.answered(envelope.re, envelope.type, { body: envelope.body });
          break;
        case 'failure':
          from.asks.answered(envelope.re, envelope.type, { error: envelope.error });
      }
    },
  };
}

async function run(handler: Handler, body: unknown, incoming: Incoming): Promise<unknown> {
  return handler(body, incoming);
}
