import type { Clock } from '../runtime/clock.ts';
import type { Connection } from '../runtime/links/transport.ts';
import type { Random } from '../runtime/random.ts';
import { createStatechart } from '../runtime/statechart.ts';
import { type ConnectionEffect, connectionMachine } from './connection-machine.ts';
import type { ClientLimits } from './limits.ts';
import { decodeMessage, encodeRequest, type RpcMessage } from './rpc.ts';
import type { Dial } from './socket.ts';

/** The request id of the greeting; calls count from 1. */
const GREETING_ID = 0;

/** The connection to one store, dialled again whenever it is lost. Use `send` only while it `isOpen`. */
export interface StoreConnection {
  readonly isOpen: boolean;
  /** Bytes sent and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  send(frame: string): void;
  /** Gives the present connection up; another one is dialled. */
  hangUp(reason: string): void;
  /** For good. */
  close(): void;
}

export interface ConnectionListener {
  opened(): void;
  message(message: RpcMessage): void;
  /** A connection was lost, or could not be made. Not called after `close`. */
  lost(reason: string): void;
}

export function openConnection(options: {
  readonly url: string;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ClientLimits;
  /** The token to greet with, if there is one by then. */
  readonly token: () => string | undefined;
  readonly listener: ConnectionListener;
}): StoreConnection {
  const { url, dial, clock, random, limits, token, listener } = options;
  let socket: Connection | undefined;
  let fault: string | undefined;
  let isOpen = false;

  const actor = createStatechart<typeof connectionMachine, ConnectionEffect>(connectionMachine, {
    clock,
    input: limits,
    perform,
    failed: (error) => listener.lost(`the connection failed: ${String(error)}`),
  });

  function perform(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'dial':
        fault = undefined;
        socket = dial(url, { opened: () => actor.send({ type: 'socket.opened' }), frame, closed });
        break;
      case 'greet':
        greet();
        break;
      case 'announce':
        isOpen = true;
        listener.opened();
        break;
      case 'hangUp':
        hangUp('no answer in time');
        break;
    }
  }

  function greet(): void {
    const shown = token();
    if (shown === undefined) actor.send({ type: 'greeting.answered' });
    else socket?.send(encodeRequest(GREETING_ID, 'authenticate', { token: shown }));
  }

  function frame(text: string): void {
    const message = decodeMessage(text);
    if (!message) {
      hangUp('it sent something that is not JSON-RPC');
    } else if ('error' in message && message.id === null) {
      hangUp(`it could not read what was sent: ${message.error.message}`);
    } else if ('id' in message && message.id === GREETING_ID) {
      // A wrong token fails the admin calls, each with its own `unauthorized`, and nothing else.
      actor.send({ type: 'greeting.answered' });
    } else {
      listener.message(message);
    }
  }

  function closed(reason: string): void {
    socket = undefined;
    isOpen = false;
    if (actor.getSnapshot().status !== 'active') return;
    actor.send({ type: 'socket.closed', chance: random.next() });
    listener.lost(fault ?? reason);
  }

  function hangUp(reason: string): void {
    fault ??= reason;
    isOpen = false;
    socket?.close();
  }

  actor.start();

  return {
    get isOpen() {
      return isOpen;
    },
    get bufferedBytes() {
      return socket?.bufferedBytes ?? 0;
    },
    send: (text) => socket?.send(text),
    hangUp,
    close: () => actor.send({ type: 'client.closed' }),
  };
}
