import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type {
  Connection,
  ConnectionEvents,
  PeerConnection,
  Transport,
} from '../../runtime/links/transport.ts';
import type { Random } from '../../runtime/random.ts';
import type { Observer } from './observer.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';

/** Milliseconds after which the second copy of a frame has come. */
const LATE_COPY_MS = 300;

/** What the network does to frames; changed while the simulation runs. */
export interface NetworkWeather {
  minLatencyMs: number;
  maxLatencyMs: number;
  /** Chance of a frame to be lost, and to arrive once more, behind others that were sent after it. */
  dropRate: number;
  duplicateRate: number;
  /** Directions in which nothing arrives, as `from>to`. Frames wait until it is healed or the connection ends. */
  readonly blocked: Set<string>;
}

/**
 * A network between simulated processes. Frames of one connection and direction arrive in order, as over TCP;
 * those of different connections overtake each other. A blocked direction delays frames until it is healed.
 */
export interface SimNetwork {
  readonly weather: NetworkWeather;
  transport(process: SimProcess): Transport;
  /** Takes connections of clients at `sim://NAME/ws`. They lose and double nothing, and what is not taken counts. */
  openDoor(process: SimProcess, accept: (connection: DoorConnection) => ConnectionEvents): void;
  /** Delivers what waited for a blocked direction that is open again. */
  healed(): void;
  /** Breaks the connections between two nodes. */
  reset(a: string, b: string): void;
  /** Breaks all connections of a process that has died. */
  died(process: SimProcess): void;
}

/** A client's connection as the door has it. */
export interface DoorConnection extends Connection {
  /** Calls `drained` whenever everything that was sent has been taken. */
  onDrained(drained: () => void): void;
}

interface End {
  readonly process: SimProcess;
  peer: End | undefined;
  events: ConnectionEvents;
  live: boolean;
  /** No frame to this end arrives before this time. */
  lastArrival: number;
  stalled: string[];
  /** Bytes it may still take from a peer that it does not trust. */
  allowance: number;
  /** One end of a client's connection. */
  isClients: boolean;
  /** Bytes it has sent that have not arrived. */
  untaken: number;
  drained: () => void;
}

interface Listening {
  readonly process: SimProcess;
  readonly accept: (connection: PeerConnection & DoorConnection) => ConnectionEvents;
  readonly accepted: Set<End>;
  readonly isDoor: boolean;
}

const doorOf = (name: string) => `sim://${name}/ws`;

export function createNetwork(
  scheduler: Scheduler,
  random: Random,
  weather: NetworkWeather,
  told: Pick<Observer, 'arrived'> & Partial<Pick<Observer, 'sent' | 'lost'>>,
  /** Encoding or decoding `bytes` is work of this process. */
  works: (process: SimProcess, bytes: number) => void = () => {},
): SimNetwork {
  const listeners = new Map<string, Listening>();
  const ends = new Set<End>();

  const latency = () => weather.minLatencyMs + random.next() * (weather.maxLatencyMs - weather.minLatencyMs);
  const isBlocked = (from: string, to: string) => weather.blocked.has(`${from}>${to}`);

  function createEnd(process: SimProcess, events: ConnectionEvents): End {
    const allowance = DEFAULT_LIMITS.maxStrangerBytes;
    const end: End = {
      process,
      peer: undefined,
      events,
      live: true,
      lastArrival: 0,
      stalled: [],
      allowance,
      isClients: false,
      untaken: 0,
      drained() {},
    };
    ends.add(end);
    return end;
  }

  function connectionOf(end: End): PeerConnection & DoorConnection {
    return {
      get bufferedBytes() {
        return end.untaken;
      },
      onDrained(drained) {
        end.drained = drained;
      },
      trust() {
        end.allowance = Number.POSITIVE_INFINITY;
      },
      send(frame) {
        const to = end.peer;
        if (!end.live || !to) return;
        if (!end.isClients && random.next() < weather.dropRate) {
          told.lost?.(end.process.name, to.process.name, frame);
          return;
        }
        end.untaken += frame.length;
        works(end.process, frame.length);
        deliver(end, to, frame);
        if (end.isClients || random.next() >= weather.duplicateRate) return;
        const again = () => {
          end.untaken += frame.length;
          arrive(end, to, frame);
        };
        scheduler.after(random.next() * LATE_COPY_MS, to.process, again, to);
      },
      close: () => closeBoth(end, 'closed here'),
    };
  }

  function deliver(from: End, to: End, frame: string): void {
    to.lastArrival = Math.max(to.lastArrival, scheduler.now + latency());
    arriveAt(to.lastArrival, from, to, frame);
  }

  function arriveAt(arrivesAt: number, from: End, to: End, frame: string): void {
    told.sent?.({
      from: from.process.name,
      to: to.process.name,
      frame,
      sentAt: scheduler.now,
      arrivesAt,
    });
    scheduler.after(arrivesAt - scheduler.now, to.process, () => arrive(from, to, frame), to);
  }

  function arrive(from: End, to: End, frame: string): void {
    if (!to.live) return;
    if (to.stalled.length > 0 || isBlocked(from.process.name, to.process.name)) {
      to.stalled.push(frame);
      return;
    }
    to.allowance -= frame.length;
    if (to.allowance < 0) {
      closeBoth(to, 'too much from a stranger');
      return;
    }
    told.arrived(from.process.name, to.process.name, frame);
    taken(from, frame.length);
    works(to.process, frame.length);
    to.events.frame(frame);
  }

  /** What has arrived has left the sender's socket. */
  function taken(from: End, bytes: number): void {
    from.untaken -= bytes;
    if (from.isClients && from.untaken === 0)
      scheduler.after(0, from.process, () => from.live && from.drained(), from);
  }

  function close(end: End, reason: string): void {
    if (!end.live) return;
    end.live = false;
    ends.delete(end);
    scheduler.after(0, end.process, () => end.events.closed(reason), end);
  }

  /** The other end learns of it behind the last frame, if the news can reach it, which in a partition it cannot. */
  function tellPeer(end: End, reason: string): void {
    const { peer } = end;
    if (!peer?.live || isBlocked(end.process.name, peer.process.name)) return;
    peer.lastArrival = Math.max(peer.lastArrival, scheduler.now + latency());
    scheduler.after(peer.lastArrival - scheduler.now, peer.process, () => close(peer, reason), peer);
  }

  function closeBoth(end: End, reason: string): void {
    close(end, reason);
    tellPeer(end, 'closed by the other end');
  }

  function connect(url: string, dialler: End): void {
    if (!dialler.live) return;
    const target = listeners.get(url);
    const [to = ''] = url.slice('sim://'.length).split('/');
    const from = dialler.process.name;
    // A lost handshake is never answered; whoever dials gives up by itself.
    if (isBlocked(from, to) || isBlocked(to, from)) return;
    if (!target?.process.alive) {
      close(dialler, 'connection refused');
      return;
    }
    scheduler.after(0, target.process, () => {
      if (!dialler.live) return;
      const acceptor = createEnd(target.process, { opened() {}, frame() {}, closed() {} });
      target.accepted.add(acceptor);
      if (target.isDoor) {
        for (const end of [dialler, acceptor]) {
          end.isClients = true;
          end.allowance = Number.POSITIVE_INFINITY;
        }
      }
      acceptor.peer = dialler;
      dialler.peer = acceptor;
      // No frame overtakes the news that the connection is open.
      dialler.lastArrival = scheduler.now + latency();
      const opened = () => {
        if (dialler.live) dialler.events.opened();
      };
      scheduler.after(dialler.lastArrival - scheduler.now, dialler.process, opened, dialler);
      acceptor.events = target.accept(connectionOf(acceptor));
    });
  }

  return {
    weather,
    transport: (process) => ({
      dial(url, events) {
        const dialler = createEnd(process, events);
        scheduler.after(latency(), process, () => connect(url, dialler));
        return connectionOf(dialler);
      },
      async listen(accept) {
        const url = `sim://${process.name}`;
        const accepted = new Set<End>();
        listeners.set(url, { process, accept, accepted, isDoor: false });
        return {
          url,
          async close() {
            listeners.delete(url);
            for (const end of accepted) closeBoth(end, 'the listener is closed');
          },
        };
      },
    }),
    openDoor(process, accept) {
      listeners.set(doorOf(process.name), { process, accept, accepted: new Set(), isDoor: true });
    },
    healed() {
      for (const to of ends) {
        if (to.stalled.length === 0 || !to.peer || isBlocked(to.peer.process.name, to.process.name)) continue;
        const frames = to.stalled.splice(0);
        const from = to.peer;
        // Before those that are still on their way: they were sent later, and none overtakes another.
        for (const frame of frames) arriveAt(scheduler.now, from, to, frame);
      }
    },
    reset(a, b) {
      for (const end of [...ends]) {
        const names = [end.process.name, end.peer?.process.name];
        if (names.includes(a) && names.includes(b)) close(end, 'connection reset');
      }
    },
    died(process) {
      for (const end of [...ends]) {
        if (end.process !== process) continue;
        end.live = false;
        ends.delete(end);
        tellPeer(end, 'connection reset');
      }
    },
  };
}
