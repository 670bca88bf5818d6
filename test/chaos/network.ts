import type { SocketFolder } from '../../runtime/launcher/socket-folder.ts';
import type { AddressFor } from '../../runtime/launcher/supervisor.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { dials } from '../../runtime/links/topology.ts';
import { openProxy, type Place, type TcpProxy } from './proxy.ts';

/** Whoever sends and receives: a process of the store, a member of its log's engine, its Redis, or all of its clients together. */
export type Station = NodeId | 'redis' | 'clients';

/** Says of what `sender` sends to `receiver` whether it is held back. */
export type Cut = (sender: Station, receiver: Station) => boolean;

/** Nothing that the station sends arrives, or nothing that is sent to it, or neither. */
export const mute =
  (station: Station): Cut =>
  (sender) =>
    sender === station;
export const deafen =
  (station: Station): Cut =>
  (_, receiver) =>
    receiver === station;
export const isolate =
  (station: Station): Cut =>
  (sender, receiver) =>
    sender === station || receiver === station;
/** Those of the side hear nothing of the others, and the other way round. */
export const split =
  (side: readonly Station[]): Cut =>
  (sender, receiver) =>
    side.includes(sender) !== side.includes(receiver);

/** A proxy for every pair of stations that speak to each other. */
export interface Network {
  /** Leads `viewer` to `target` by their proxy. A target that has moved gets another address, as it would without. */
  readonly addressFor: AddressFor;
  /** Where the gateway finds its Redis, which listens on the socket at `path`. */
  redisUrl(path: string): string;
  /** Where clients find the gateway that is at `url`. */
  clientUrl(url: string): string;
  /** Cuts until the function it returns is called. Cuts may overlap. */
  cut(cut: Cut): () => void;
  /** Breaks every connection of a station. */
  reset(station: Station): void;
  close(): Promise<void>;
}

interface Line {
  readonly from: Station;
  readonly to: Station;
  readonly proxy: TcpProxy;
  address: string;
  /** How often `to` has moved. */
  moves: number;
}

/** With a folder, nodes are dialled by sockets in it; clients, Redis and the members of the log's engine always by TCP. */
export async function openNetwork(
  nodes: readonly NodeId[],
  sockets?: SocketFolder,
  members: readonly { readonly id: Station; readonly url: string }[] = [],
): Promise<Network> {
  const lines: Line[] = [];
  const open = async (from: Station, to: Station, path?: string) =>
    void lines.push({ from, to, proxy: await openProxy(path), address: '', moves: 0 });
  for (const from of nodes) {
    for (const to of nodes) if (dials(from, to)) await open(from, to, sockets?.pathFor(`${from}.${to}`));
  }
  for (const node of nodes.filter((id) => id.startsWith('catalog-'))) {
    for (const { id, url } of members) {
      await open(node, id);
      lines.at(-1)!.proxy.leadTo(targetOf(url));
    }
  }
  await open('gateway-1', 'redis');
  await open('clients', 'gateway-1');
  const cuts = new Set<Cut>();

  function line(from: Station, to: Station): Line | undefined {
    return lines.find((candidate) => candidate.from === from && candidate.to === to);
  }

  function applyCuts(): void {
    const isStopped = (from: Station, to: Station) => [...cuts].some((cut) => cut(from, to));
    for (const { from, to, proxy } of lines) {
      proxy.stop({ forth: isStopped(from, to), back: isStopped(to, from) });
    }
  }

  return {
    addressFor(viewer, target, url) {
      const member = members.find((one) => one.url === target);
      if (member) return `http://${hostOf(line(viewer, member.id)!.proxy.at)}`;
      const found = line(viewer, target);
      if (!found) return url;
      if (found.address !== url) {
        found.address = url;
        found.moves += 1;
        found.proxy.leadTo(targetOf(url));
      }
      const { at } = found.proxy;
      return 'path' in at ? `ws+unix:${at.path}:/${found.moves}` : `ws://${hostOf(at)}/${found.moves}`;
    },
    redisUrl(path) {
      const { proxy } = line('gateway-1', 'redis')!;
      proxy.leadTo({ path });
      return `redis://${hostOf(proxy.at)}`;
    },
    clientUrl(url) {
      const { proxy } = line('clients', 'gateway-1')!;
      proxy.leadTo(targetOf(url));
      return `http://${hostOf(proxy.at)}`;
    },
    cut(cut) {
      cuts.add(cut);
      applyCuts();
      return () => {
        cuts.delete(cut);
        applyCuts();
      };
    },
    reset(station) {
      for (const { from, to, proxy } of lines) if (from === station || to === station) proxy.reset();
    },
    async close() {
      await Promise.all(lines.map(({ proxy }) => proxy.close()));
    },
  };
}

function targetOf(url: string): Place {
  const { protocol, pathname, hostname, port } = new URL(url);
  return protocol === 'ws+unix:' ? { path: pathname } : { host: hostname, port: Number(port) };
}

function hostOf(at: Place): string {
  if ('path' in at) throw new Error(`${at.path} is no port`);
  return `${at.host}:${at.port}`;
}
