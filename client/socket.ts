import { type ClientOptions, WebSocket } from 'ws';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Connection, ConnectionEvents } from '../runtime/links/transport.ts';
import type { ClientLimits } from './limits.ts';

/** What TLS calls certificates that nobody whom this process trusts has signed. */
const UNKNOWN_ISSUER = /SELF_SIGNED|UNABLE_TO_(VERIFY_LEAF|GET_ISSUER)/;

export type Dial = (url: string, events: ConnectionEvents) => Connection;

/**
 * Dials WebSockets (RFC 6455). A connection that shows no sign of life for `maxMissedPings` pings is closed from
 * this end. Pings are counted rather than timed, so that a busy event loop of our own costs nobody its connection.
 */
export function webSocketDial(clock: Clock, limits: ClientLimits, options: ClientOptions = {}): Dial {
  return (url, events) => {
    const socket = new WebSocket(url, {
      ...options,
      perMessageDeflate: false,
      maxPayload: limits.maxAnswerBytes,
    });
    let missed = 0;
    let fault: string | undefined;
    let timer: Timer | undefined;

    const keepAlive = () => {
      if (missed >= limits.maxMissedPings) {
        fault = 'it shows no sign of life';
        socket.terminate();
        return;
      }
      missed += 1;
      socket.ping();
      timer = clock.setTimeout(keepAlive, limits.pingIntervalMs);
    };
    const alive = () => {
      missed = 0;
    };

    socket.on('open', () => {
      timer = clock.setTimeout(keepAlive, limits.pingIntervalMs);
      events.opened();
    });
    socket.on('message', (data) => {
      alive();
      events.frame(data.toString());
    });
    socket.on('ping', alive);
    socket.on('pong', alive);
    socket.on('error', (error) => {
      fault ??= reasonOf(error);
    });
    socket.on('close', (code, reason) => {
      clock.clearTimeout(timer);
      events.closed(fault ?? (reason.toString() || `it closed the connection (${code})`));
    });

    return {
      send: (frame) => socket.send(frame, ignoreLateFailure),
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
      close() {
        clock.clearTimeout(timer);
        timer = clock.setTimeout(() => socket.terminate(), limits.closeTimeoutMs);
        socket.close();
      },
    };
  };
}

/** A frame that a closing socket could not take is lost with the connection, which `closed` reports. */
function ignoreLateFailure(): void {}

/** Node puts the causes of a failed dial to a name with several addresses inside an `AggregateError` without text. */
function reasonOf(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (UNKNOWN_ISSUER.test(code)) return `${error.message} (NODE_EXTRA_CA_CERTS=FILE names one to trust)`;
  if (error.message) return error.message;
  if (error instanceof AggregateError) return error.errors.map((cause: Error) => cause.message).join('; ');
  return error.name;
}
