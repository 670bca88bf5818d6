import type { NodeId, NodeKind } from './mesh.ts';

/** The topology of the cluster: who dials whom, so that exactly one link joins any two nodes that need one. */

const NAME = /^(gateway|order|catalog)-([1-9]\d{0,3})$/;

/** The two parts of a node's name, or `undefined` if it is none. */
export function parseNodeId(id: NodeId): { readonly kind: NodeKind; readonly number: number } | undefined {
  const [, kind, number] = NAME.exec(id) ?? [];
  return kind ? { kind: kind as NodeKind, number: Number(number) } : undefined;
}

/** Orders dial catalogs, gateways dial both, and a catalog dials those with a smaller number. Nobody dials itself. */
export function dials(from: NodeId, to: NodeId): boolean {
  const caller = parseNodeId(from);
  const called = parseNodeId(to);
  if (!caller || !called) return false;
  switch (caller.kind) {
    case 'gateway':
      return called.kind !== 'gateway';
    case 'order':
      return called.kind === 'catalog';
    case 'catalog':
      return called.kind === 'catalog' && called.number < caller.number;
  }
}
