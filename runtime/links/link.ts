import type { SnapshotFrom } from 'xstate';
import { fullJitterMs } from '../backoff.ts';
import type { Clock, Timer } from '../clock.ts';
import type { DeadlineWheel } from '../deadline-wheel.ts';
import { BazarError } from '../errors.ts';
import type { LinkFigures } from '../figures.ts';
import type { Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { Random } from '../random.ts';
import { createStatechart } from '../statechart.ts';
import { type Asks, createAsks, type PendingAsk } from './asks.ts';
import type { Cuts } from './cuts.ts';
import { decodeFrame, type Envelope, FrameError, PING } from './envelope.ts';
import { type Greeting, GreetingError, greetAsAcceptor, greetAsDialler } from './greeting.ts';
import { type LinkEffect, type LinkEvent, linkMachine } from './link-machine.ts';
import type { NodeId, Peer } from './mesh.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { Connection, ConnectionEvents, PeerConnection, Transport } from './transport.ts';

/** What all links of a node share. */
export interface LinkOptions {
  readonly self: Peer;
  readonly cluster: string;
  readonly secret: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
  /** Deadlines of the node's asks. */
  readonly wheel: DeadlineWheel<PendingAsk>;
  /** Whom this node is cut off from; only in a lab. */
  readonly cuts?: Cuts;
}

/** Where envelopes go to and come from: an open link, or a node's way to itself. */
export interface Endpoint {
  readonly peer: Peer;
  readonly asks: Asks;
  /** Sends, with all else of this turn; false if there is no room, or no longer a link. */
  send(envelope: string): boolean;
}

/** A link between its greeting and its loss. */
export interface OpenLink extends Endpoint {
  readonly outboxBytes: number;
  close(reason: string): void;
}

export interface LinkOwner {
  /** Whether this node belongs at the other end. */
  expects(peer: NodeId): boolean;
  opened(link: OpenLink): void;
  /** Its pending asks have failed; it sends and receives nothing more. */
  closed(link: OpenLink, reason: string): void;
  received(link: OpenLink, envelope: Envelope): void;
  /** The link is over for good. */
  retired(link: Link): void;
}

/** One end of a link, through all its connections. */
export interface Link {
  readonly isOpen: boolean;
  /** How it is, for people. */
  figures(): Omit<LinkFigures, 'peer'>;
  /** Drops the connection and dials anew; nothing on the accepting end. */
  redial(): void;
  /** Gives a sign of life if nothing was sent since the last call; gives the link up if the peer is silent. */
  checkLiveness(): void;
  /** Starts the peer's silence anew: this node was asleep and could not have heard anything. */
  resetSilence(): void;
  close(reason: string): void;
}

/** The end that dials, again and again until it is closed. `address` is asked each time. */
export function dialLink(setting: LinkOptions, owner: LinkOwner, address: () => string): Link {
  return createLink(setting, owner, true, (events) => setting.transport.dial(address(), events));
}

/** The end that was dialled, over when its connection is. The transport reports to `events`. */
export function acceptLink(
  setting: LinkOptions,
  owner: LinkOwner,
  connection: PeerConnection,
): { link: Link; events: ConnectionEvents } {
  let events!: ConnectionEvents;
  const link = createLink(setting, owner, false, (reported) => {
    events = reported;
    return connection;
  });
  return { link, events };
}

function createLink(
  setting: LinkOptions,
  owner: LinkOwner,
  dials: boolean,
  connect: (events: ConnectionEvents) => PeerConnection,
): Link {
  const { clock, random, limits, logger } = setting;
  const asks = createAsks(setting.wheel, limits.maxPendingAsks);
  let connection: PeerConnection | undefined;
  let greeting: Greeting | undefined;
  let outbox: Outbox | undefined;
  let open: OpenLink | undefined;
  /** Monotonic time of the peer's last frame. */
  let heardAt = 0;
  let pause: Timer | undefined;
  let retired = false;
  /** Why the connection was lost last. */
  let problem: string | undefined;

  const actor = createStatechart<typeof linkMachine, LinkEffect>(linkMachine, {
    clock,
    input: { dials, greetingTimeoutMs: limits.greetingTimeoutMs },
    perform,
    /** A failing machine is a fault of this code and not of the network: it takes the process down. */
    failed(error) {
      logger.fatal({ err: error }, 'a link failed');
      throw error;
    },
  });

  function happened(event: LinkEvent): void {
    if (retired) return;
    problem = problemOf(event) ?? problem;
    actor.send(event);
  }

  function perform(effect: LinkEffect): void {
    switch (effect.type) {
      case 'connect':
        letGo();
        takeConnection();
        break;
      case 'greet':
        greet();
        break;
      case 'announceOpen':
        announceOpen(effect.peer);
        break;
      case 'announceClosed':
        announceClosed();
        break;
      case 'hangUp':
        logger.debug({ reason: effect.reason }, 'connection given up');
        letGo();
        break;
      case 'backOff':
        pause = clock.setTimeout(() => happened({ type: 'pause.ended' }), pauseAfter(effect.failures));
        break;
      case 'retire':
        retired = true;
        clock.clearTimeout(pause);
        owner.retired(link);
    }
  }

  function pauseAfter(failures: number): number {
    const backoff = { baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs };
    return fullJitterMs(failures, random.next(), backoff);
  }

  /** Ignores the events of a connection that has been replaced. */
  function takeConnection(): void {
    clock.clearTimeout(pause);
    const mine = connect({
      opened: () => connection === mine && happened({ type: 'connection.opened' }),
      frame: (text) => connection === mine && receive(text),
      closed: (reason) => connection === mine && happened({ type: 'connection.lost', reason }),
    });
    connection = mine;
    if (!dials) happened({ type: 'connection.opened' });
  }

  function letGo(): void {
    outbox?.flush();
    connection?.close();
    connection = undefined;
    greeting = undefined;
    outbox = undefined;
  }

  function greet(): void {
    const { self, cluster, secret } = setting;
    const { expects } = owner;
    const certificates = connection?.certificates;
    const options = { self, cluster, secret, nonce: random.id(), expects, certificates };
    greeting = dials ? greetAsDialler(options) : greetAsAcceptor(options);
    if (greeting.first) connection?.send(greeting.first);
  }

  function receive(text: string): void {
    if (open && setting.cuts?.drops(open.peer.id, 'in')) return;
    heardAt = clock.monotonic();
    try {
      if (open) receiveEnvelopes(open, text);
      else if (greeting) receiveGreeting(greeting, text);
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof GreetingError)) throw error;
      logger.warn({ peer: open?.peer.id, reason: error.message }, 'frame refused');
      happened({ type: 'frame.refused', reason: error.message });
    }
  }

  function receiveGreeting(greeting: Greeting, text: string): void {
    const step = greeting.receive(text);
    if (step.send) connection?.send(step.send);
    if (step.peer) happened({ type: 'greeting.completed', peer: step.peer });
  }

  function receiveEnvelopes(link: OpenLink, text: string): void {
    for (const envelope of decodeFrame(text, limits.maxFrameBytes)) {
      if (open !== link) return;
      owner.received(link, envelope);
    }
  }

  function announceOpen(peer: Peer): void {
    connection!.trust();
    const box = createOutbox(cuttable(connection!, peer, setting.cuts), clock, limits);
    greeting = undefined;
    outbox = box;
    open = {
      peer,
      asks,
      send: (envelope) => outbox === box && box.push(envelope),
      close,
      get outboxBytes() {
        return box.bytes;
      },
    };
    owner.opened(open);
  }

  function announceClosed(): void {
    const was = open!;
    open = undefined;
    asks.failAll(new BazarError('link-lost', `the link to ${was.peer.id} dropped before the answer`));
    owner.closed(was, problem ?? 'it was lost');
  }

  function close(reason: string): void {
    happened({ type: 'link.ended', reason });
  }

  const link: Link = {
    get isOpen() {
      return open !== undefined;
    },
    redial: () => happened({ type: 'address.changed' }),
    checkLiveness() {
      if (!open) return;
      if (clock.monotonic() - heardAt > limits.silenceLimitMs) happened({ type: 'silence.noticed' });
      else if (!outbox?.takeActivity()) outbox?.push(PING);
    },
    resetSilence() {
      heardAt = clock.monotonic();
    },
    close,
    figures: () => ({
      state: stateOf(actor.getSnapshot().value),
      outboxBytes: outbox?.bytes ?? 0,
      asks: asks.size,
      problem,
    }),
  };

  actor.start();
  return link;
}

/** What an event says of why there is no connection any more. */
function problemOf(event: LinkEvent): string | undefined {
  if ('reason' in event) return event.reason;
  if (event.type === 'silence.noticed') return 'silence';
  return event.type === 'address.changed' ? 'its address has changed' : undefined;
}

type StateValue = SnapshotFrom<typeof linkMachine>['value'];

function stateOf(value: StateValue): LinkFigures['state'] {
  if (typeof value === 'object') return value.establishing === 'greeting' ? 'greeting' : 'dialling';
  if (value === 'open') return 'open';
  return value === 'backingOff' ? 'pausing' : 'lost';
}

/** The connection, of which frames are dropped while the way to the peer is cut. */
function cuttable(connection: PeerConnection, peer: Peer, cuts: Cuts | undefined): Connection {
  if (!cuts) return connection;
  return {
    send: (frame) => void (cuts.drops(peer.id, 'out') || connection.send(frame)),
    get bufferedBytes() {
      return connection.bufferedBytes;
    },
    close: () => connection.close(),
  };
}
