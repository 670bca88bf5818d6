import type { FiguresAnswer, WatchedNodeAnswer } from '../../../runtime/watch-answers.ts';

/** Where each process stands in the picture: from left to right in the order of a purchase. */

export const BOX = { width: 196, height: 92 } as const;
export const CATALOG = { width: 268, height: 124 } as const;
const GAP = 26;
const TOP = 34;
const COLUMNS = { buyer: 34, gateway: 92, order: 352, catalog: 628 } as const;
export const PICTURE_WIDTH = COLUMNS.catalog + CATALOG.width + 56;

export interface Placed {
  readonly node: WatchedNodeAnswer;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ClusterLayout {
  readonly height: number;
  readonly buyer: { readonly x: number; readonly y: number };
  readonly placed: readonly Placed[];
  readonly cache: { readonly x: number; readonly y: number };
}

export function layOut({ nodes }: FiguresAnswer): ClusterLayout {
  const of = (kind: WatchedNodeAnswer['kind']) => nodes.filter((node) => node.kind === kind);
  const columns = [
    { nodes: of('gateway'), x: COLUMNS.gateway, ...BOX },
    { nodes: of('order'), x: COLUMNS.order, ...BOX },
    { nodes: of('catalog'), x: COLUMNS.catalog, ...CATALOG },
  ];
  const tallOf = ({ nodes: { length }, height }: (typeof columns)[number]) =>
    length * height + Math.max(0, length - 1) * GAP;
  const tallest = columns.reduce((most, column) => Math.max(most, tallOf(column)), 300);
  const placed = columns.flatMap((column) => {
    const { x, width, height } = column;
    const top = TOP + (tallest - tallOf(column)) / 2;
    return column.nodes.map((node, row) => ({ node, x, y: top + row * (height + GAP), width, height }));
  });
  const middle = TOP + tallest / 2;
  const lowest = placed.filter(({ node }) => node.kind === 'gateway').at(-1);
  return {
    height: TOP + tallest + 16,
    buyer: { x: COLUMNS.buyer, y: middle },
    placed,
    cache: { x: COLUMNS.gateway, y: (lowest ? lowest.y + lowest.height : middle) + 44 },
  };
}

/** A line from the right side of one box to the left side of another; between catalogs around their right side. */
export function wayBetween(from: Placed, to: Placed): string {
  const [y1, y2] = [from.y + from.height / 2, to.y + to.height / 2];
  if (from.x === to.x) {
    const right = from.x + from.width;
    const bulge = 18 + Math.abs(y2 - y1) / 9;
    return `M ${right} ${y1} C ${right + bulge} ${y1}, ${right + bulge} ${y2}, ${right} ${y2}`;
  }
  const [x1, x2] = [from.x + from.width, to.x];
  const bend = (x2 - x1) / 2;
  return `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`;
}
