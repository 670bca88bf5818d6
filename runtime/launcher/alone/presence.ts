import type { Board } from '../../../actors/log/command-log.ts';
import type { Clock, Timer } from '../../clock.ts';
import { UsageError } from '../../command-line.ts';
import type { Limits } from '../../limits.ts';
import type { NodeId, NodeKind } from '../../links/mesh.ts';
import type { Logger } from '../../logger.ts';

/** Milliseconds that the record of one that ends stays: the shortest time that the engine knows. */
const LAST_LEASE_MS = 1_000;
/** What the records of living nodes begin with. */
export const NODES_RECORDS = 'nodes/';

interface Announced {
  readonly kind: NodeKind;
  readonly url: string;
  /** The folder of the node: the same over restarts, and another for another node of that name. */
  readonly home: string;
}

/** Who is there, on the board of the engine: each node writes where it is reached, and reads where the others are. */
export interface Presence {
  /** Throws a `UsageError` where a living node has this name. */
  claim(): Promise<void>;
  /** From now on the others find this node at `url`. */
  announce(url: string): void;
  /** The node ends: its name is soon free for another folder. */
  withdraw(): Promise<void>;
}

export function createPresence(options: {
  readonly board: Board;
  readonly name: NodeId;
  readonly kind: NodeKind;
  readonly home: string;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  /** The addresses of all that are there. */
  readonly found: (addresses: Readonly<Record<NodeId, string>>) => void;
}): Presence {
  const { board, name, kind, home, clock, limits, logger, found } = options;
  let url: string | undefined;
  let timer: Timer | undefined;
  let exchanging = false;
  let stopped = false;

  async function all(): Promise<Map<NodeId, Announced>> {
    const records = await board.list(NODES_RECORDS);
    return new Map(
      [...records].map(([key, text]) => [key.slice(NODES_RECORDS.length), JSON.parse(text) as Announced]),
    );
  }

  function put(at: string, leaseMs: number): Promise<void> {
    return board.put(NODES_RECORDS + name, JSON.stringify({ kind, url: at, home }), leaseMs);
  }

  async function exchange(): Promise<void> {
    if (url !== undefined) await put(url, limits.presenceLeaseMs);
    const there = await all();
    there.delete(name);
    found(Object.fromEntries([...there].map(([id, one]) => [id, one.url])));
  }

  function tick(): void {
    if (stopped || exchanging) return;
    clock.clearTimeout(timer);
    exchanging = true;
    exchange()
      .catch((error) => logger.debug({ err: error }, 'the board of the engine cannot be reached'))
      .finally(() => {
        exchanging = false;
        if (!stopped) timer = clock.setTimeout(tick, limits.presenceTellMs);
      });
  }

  return {
    async claim() {
      const other = (await all()).get(name);
      if (other && other.home !== home) throw new UsageError(`${name} is already running at ${other.url}`);
    },
    announce(at) {
      url = at;
      tick();
    },
    async withdraw() {
      stopped = true;
      clock.clearTimeout(timer);
      if (url !== undefined) await put(url, LAST_LEASE_MS).catch(() => {});
    },
  };
}
