import type { Clock } from '../clock.ts';
import { asBazarError, BazarError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { AskType, MessageType, Reply } from '../messages.ts';
import { createSpanRecorder, type SpanRecorder } from '../trace/span-recorder.ts';
import { type Envelope, encodeFailure, encodeReply } from './envelope.ts';
import type { Endpoint } from './link.ts';
import type { Incoming, Mesh, NodeId } from './mesh.ts';

/** A node's handlers of messages, one a type. */
export interface Handlers extends Pick<Mesh, 'onAsk' | 'onTell'> {
  /** Gives one envelope to whom it concerns, and sends the answer where there is one. */
  handle(from: Endpoint, envelope: Envelope): void;
}

type Handler = (body: unknown, incoming: Incoming) => unknown;
type Ask = Extract<Envelope, { kind: 'ask' }>;

export function createHandlers(self: NodeId, clock: Clock, limits: Limits, logger: Logger): Handlers {
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
      const trace = ask.trace && createSpanRecorder(self, ask.type, clock, limits.maxTraceSteps);
      run(handler, ask.body, { from: from.peer, deadline, trace }).then(
        (body) => finish(from, ask, deadline, () => reply(ask, body, trace)),
        (error) => finish(from, ask, deadline, () => failure(ask, error, trace)),
      );
    }
  }

  function reply({ type, id }: Ask, body: unknown, trace: SpanRecorder | undefined): string {
    return encodeReply(type, id, body as Reply<AskType>, trace?.span());
  }

  function failure(ask: Ask, error: unknown, trace: SpanRecorder | undefined): string {
    return encodeFailure(ask.type, ask.id, explain(ask, error), trace?.span());
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
          if (from.asks.isNew(envelope.id)) answer(from, envelope);
          break;
        case 'reply':
          from.asks.answered(envelope.re, envelope.type, envelope);
          break;
        case 'failure':
          from.asks.answered(envelope.re, envelope.type, envelope);
      }
    },
  };
}

async function run(handler: Handler, body: unknown, incoming: Incoming): Promise<unknown> {
  return handler(body, incoming);
}
