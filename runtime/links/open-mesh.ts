import { createDeadlineWheel } from '../deadline-wheel.ts';
import { BazarError } from '../errors.ts';
import type { LinkFigures } from '../figures.ts';
import { expireAsk, type Settle } from './asks.ts';
import { encodeAsk, encodeTell } from './envelope.ts';
import { createHandlers } from './handlers.ts';
import {
  acceptLink,
  dialLink,
  type Endpoint,
  type Link,
  type LinkOptions,
  type LinkOwner,
  type OpenLink,
} from './link.ts';
import { createLoopback } from './loopback.ts';
import type { AskType, Body, LinkObserver, Mesh, NodeId, Reply, TracedAsk } from './mesh.ts';
import { dials } from './topology.ts';
import type { ConnectionEvents, PeerConnection } from './transport.ts';

export type MeshOptions = Omit<LinkOptions, 'wheel'>;

/** A node's links and the address at which it takes new ones. */
export type OpenMesh = Mesh & { readonly url: string };

/** Listens, and links this node to the others as soon as `setAddresses` says where they are. */
export async function openMesh(options: MeshOptions): Promise<OpenMesh> {
  const { self, transport, clock, limits, logger } = options;
  const setting: LinkOptions = { ...options, wheel: createDeadlineWheel(clock, limits.askTickMs, expireAsk) };
  const { wheel } = setting;
  const handlers = createHandlers(self.id, clock, limits, logger);
  const loopback = createLoopback(self, clock, limits, wheel, handlers.handle);

  const addresses = new Map<NodeId, string>();
  const dialled = new Map<NodeId, Link>();
  const accepted = new Set<Link>();
  /** The exchanges that asks and tells may use; at most one a peer. */
  const open = new Map<NodeId, OpenLink>();
  /** Why the links were lost that a peer has to dial again; the greeting has proved their names. */
  const lostLinks = new Map<NodeId, string>();
  const observers: LinkObserver[] = [];
  let closed = false;

  function opened(link: OpenLink): void {
    const { peer } = link;
    open.get(peer.id)?.close('replaced by a newer connection');
    open.set(peer.id, link);
    lostLinks.delete(peer.id);
    logger.debug({ peer: peer.id, incarnation: peer.incarnation }, 'link opened');
    for (const observer of observers) observer.opened(peer);
  }

  function lost(link: OpenLink, reason: string): void {
    const { peer } = link;
    open.delete(peer.id);
    if (!dialled.has(peer.id)) lostLinks.set(peer.id, reason);
    logger.debug({ peer: peer.id, reason }, 'link closed');
    for (const observer of observers) observer.closed(peer, reason);
  }

  const owner = {
    opened,
    closed: lost,
    received: handlers.handle,
    retired: (link: Link) => void accepted.delete(link),
  };

  function dial(id: NodeId): Link {
    const dialOwner: LinkOwner = { ...owner, expects: (peer) => peer === id };
    return dialLink(setting, dialOwner, () => addresses.get(id)!);
  }

  const acceptOwner: LinkOwner = { ...owner, expects: (peer) => dials(peer, self.id) };

  function accept(connection: PeerConnection): ConnectionEvents {
    const { link, events } = acceptLink(setting, acceptOwner, connection);
    accepted.add(link);
    if (closed) link.close('shutting down');
    else makeRoom();
    return events;
  }

  /** The oldest stranger gives way: a friend greets within milliseconds, and must get in past those who do not. */
  function makeRoom(): void {
    const strangers = [...accepted].filter((link) => !link.isOpen);
    const tooMany = Math.max(0, strangers.length - limits.maxUngreetedConnections);
    for (const link of strangers.slice(0, tooMany)) link.close('too many strangers');
  }

  function links(): Link[] {
    return [...dialled.values(), ...accepted];
  }

  /**
   * Judges silence after the turn's frames were handled. If this timer fires late, this process was paused (or its
   * event loop was blocked), and the peers are not to blame for the silence.
   */
  function checkLinks(): void {
    const wasPaused = clock.monotonic() - lastCheck > 2 * limits.pingIntervalMs;
    lastCheck = clock.monotonic();
    clock.defer(() => {
      for (const link of links()) {
        if (wasPaused) link.resetSilence();
        link.checkLiveness();
      }
    });
    checkTimer = clock.setTimeout(checkLinks, limits.pingIntervalMs);
  }

  function linkFigures(): LinkFigures[] {
    const figures = new Map<NodeId, LinkFigures>();
    for (const [peer, problem] of lostLinks) {
      figures.set(peer, { peer, state: 'lost', outboxBytes: 0, asks: 0, problem });
    }
    for (const [peer, link] of dialled) figures.set(peer, { peer, ...link.figures() });
    for (const [peer, link] of open) {
      if (dialled.has(peer)) continue;
      figures.set(peer, { peer, state: 'open', outboxBytes: link.outboxBytes, asks: link.asks.size });
    }
    return [...figures.values()];
  }

  function endpointOf(id: NodeId): Endpoint | undefined {
    if (closed) return undefined;
    return id === self.id ? loopback : open.get(id);
  }

  /** Sends an ask whose answer goes to `settle`; returns why it could not be sent. */
  function send<T extends AskType>(
    to: NodeId,
    type: T,
    body: Body<T>,
    timeoutMs: number,
    settle: Settle,
    trace?: true,
  ): BazarError | undefined {
    const exchange = endpointOf(to);
    if (!exchange) return new BazarError('unreachable', `no open link to ${to}`);
    if (timeoutMs <= 0) return new BazarError('timeout', 'no time left to ask', {}, 'none');
    const id = exchange.asks.add(type, clock.monotonic() + timeoutMs, settle);
    if (id === undefined) return new BazarError('overloaded', `too many asks wait for ${to}`);
    if (exchange.send(encodeAsk(type, id, timeoutMs, body, trace))) return undefined;
    exchange.asks.withdraw(id);
    return new BazarError('overloaded', `no room on the link to ${to}`);
  }

  const listener = await transport.listen(accept);
  let lastCheck = clock.monotonic();
  let checkTimer = clock.setTimeout(checkLinks, limits.pingIntervalMs);

  return {
    self: self.id,
    url: listener.url,
    onAsk: handlers.onAsk,
    onTell: handlers.onTell,
    tell: (to, type, body) => endpointOf(to)?.send(encodeTell(type, body)) ?? false,
    broadcast(to, type, body) {
      const envelope = encodeTell(type, body);
      for (const id of to) endpointOf(id)?.send(envelope);
    },
    ask(to, type, body, timeoutMs, trace) {
      return new Promise((resolve, reject) => {
        const taken: Settle = (answer) =>
          'error' in answer ? reject(answer.error) : resolve(answer.body as Reply<typeof type>);
        const settle = trace ? noted(trace, to, taken) : taken;
        const error = send(to, type, body, timeoutMs, settle, trace && true);
        if (error) settle({ error });
      });
    },
    peer: (id) => endpointOf(id)?.peer,
    links: linkFigures,
    observe: (observer) => void observers.push(observer),
    setAddresses(known) {
      if (closed) return;
      for (const [id, url] of Object.entries(known)) {
        if (!dials(self.id, id) || addresses.get(id) === url) continue;
        addresses.set(id, url);
        const link = dialled.get(id);
        if (link) link.redial();
        else dialled.set(id, dial(id));
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      clock.clearTimeout(checkTimer);
      for (const link of links()) link.close('shutting down');
      loopback.asks.failAll(new BazarError('link-lost', 'shutting down'));
      wheel.close();
      await listener.close();
    },
  };
}

/** Settles an ask that is a step of a trace. */
function noted({ recorder, step, facts }: TracedAsk, to: NodeId, settle: Settle): Settle {
  const noting = recorder.begin(step, facts, to);
  return (answer) => {
    noting.end({ error: 'error' in answer ? answer.error.code : undefined, span: answer.span });
    settle(answer);
  };
}
