import type { Clock } from '../clock.ts';
import type { CutWay } from '../lab.ts';
import type { NodeId } from './mesh.ts';

/**
 * The peers that a node is cut off from, for the lab: frames of an open link are dropped, as by a broken network, and
 * no new link is made. So both ends notice the silence, give the link up, and dial anew until the cut ends.
 */
export interface Cuts {
  /** Cuts `peers` off for `forMs`; a later cut of the same peer takes the place of an earlier one. */
  cut(peers: readonly NodeId[], way: CutWay, forMs: number): void;
  heal(): void;
  /** Whether a frame that goes this way is dropped. */
  drops(peer: NodeId, way: 'in' | 'out'): boolean;
  /** Whether a new link to `peer` is refused. */
  refuses(peer: NodeId): boolean;
}

export function createCuts(clock: Pick<Clock, 'monotonic'>): Cuts {
  const cuts = new Map<NodeId, { readonly way: CutWay; readonly until: number }>();

  function find(peer: NodeId) {
    const found = cuts.get(peer);
    if (!found || clock.monotonic() < found.until) return found;
    cuts.delete(peer);
    return undefined;
  }

  return {
    cut(peers, way, forMs) {
      for (const peer of peers) cuts.set(peer, { way, until: clock.monotonic() + forMs });
    },
    heal: () => cuts.clear(),
    drops(peer, way) {
      const cut = find(peer);
      return cut !== undefined && (cut.way === 'both' || cut.way === way);
    },
    refuses: (peer) => find(peer) !== undefined,
  };
}
