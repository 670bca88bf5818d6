import type { Clock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { ConnectionEvents, Listener, PeerConnection, Transport } from '../../runtime/links/transport.ts';

/** A network inside one process, whose every delivery is a timer of the given clock. */
export interface MemoryNetwork extends Transport {
  /** What becomes of a frame on its way: `[]` loses it, `[frame, frame]` doubles it. Delivers all by default. */
  onTheWay: (frame: string) => readonly string[];
  /** Breaks every open connection at once, with everything that is on its way. */
  reset(): void;
  /** Open connections. */
  readonly open: number;
}

interface End extends PeerConnection {
  readonly pair: Pair;
  events: ConnectionEvents;
  buffered: number;
  /** Bytes it may still take from a peer that it does not trust. */
  allowance: number;
  /** False once this end has closed or been told of the other's closing. */
  live: boolean;
}

interface Pair {
  readonly listener: string;
  ends: End[];
}

export function memoryNetwork(
  clock: Clock,
  latencyMs = 1,
  { maxStrangerBytes }: Pick<Limits, 'maxStrangerBytes'> = DEFAULT_LIMITS,
): MemoryNetwork {
  const listeners = new Map<string, (connection: PeerConnection) => ConnectionEvents>();
  const pairs = new Set<Pair>();
  let ports = 0;

  function createEnd(pair: Pair, events: ConnectionEvents): End {
    const end: End = {
      pair,
      events,
      buffered: 0,
      allowance: maxStrangerBytes,
      live: true,
      get bufferedBytes() {
        return end.buffered;
      },
      send(frame) {
        if (!end.live) return;
        const bytes = Buffer.byteLength(frame);
        end.buffered += bytes;
        const copies = network.onTheWay(frame);
        const to = otherEnd(end);
        clock.setTimeout(() => {
          end.buffered -= bytes;
          for (const copy of copies) if (to?.live) take(to, copy, bytes);
        }, latencyMs);
      },
      trust() {
        end.allowance = Number.POSITIVE_INFINITY;
      },
      close() {
        if (!end.live) return;
        const to = otherEnd(end);
        end.live = false;
        pairs.delete(pair);
        clock.setTimeout(() => end.events.closed('closed here'), 0);
        clock.setTimeout(() => shut(to, 'closed by the other end'), latencyMs);
      },
    };
    return end;
  }

  function take(end: End, frame: string, bytes: number): void {
    end.allowance -= bytes;
    if (end.allowance < 0) end.close();
    else end.events.frame(frame);
  }

  function shut(end: End | undefined, reason: string): void {
    if (!end?.live) return;
    end.live = false;
    pairs.delete(end.pair);
    end.events.closed(reason);
  }

  function connect(url: string, dialler: End): void {
    if (!dialler.live) return;
    const accept = listeners.get(url);
    if (!accept) {
      shut(dialler, 'connection refused');
      return;
    }
    const acceptor = createEnd(dialler.pair, IGNORED);
    dialler.pair.ends = [dialler, acceptor];
    pairs.add(dialler.pair);
    clock.setTimeout(() => dialler.live && dialler.events.opened(), latencyMs);
    acceptor.events = accept(acceptor);
  }

  const network: MemoryNetwork = {
    onTheWay: (frame) => [frame],
    dial(url, events) {
      const dialler = createEnd({ listener: url, ends: [] }, events);
      clock.setTimeout(() => connect(url, dialler), latencyMs);
      return dialler;
    },
    async listen(accept): Promise<Listener> {
      const url = `memory://${++ports}`;
      listeners.set(url, accept);
      return {
        url,
        async close() {
          listeners.delete(url);
          for (const pair of [...pairs]) if (pair.listener === url) pair.ends[1]?.close();
        },
      };
    },
    reset() {
      for (const pair of [...pairs]) for (const end of pair.ends) shut(end, 'connection reset');
    },
    get open() {
      return pairs.size;
    },
  };
  return network;
}

function otherEnd(end: End): End | undefined {
  return end.pair.ends.find((other) => other !== end);
}

const IGNORED: ConnectionEvents = { opened() {}, frame() {}, closed() {} };
