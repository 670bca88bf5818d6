import elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { ChartArrow, ChartDrawing, ChartState } from '../gateway/page/charts/chart-drawing.ts';
import { children, descendants, idOf, isInside, stepsFrom } from './chart-steps.ts';

/** Lays a machine out: ELK finds the places, from sizes that are told by counting characters, so that they are the same everywhere. */

const LINE_HEIGHT = 15;
const STATE_HEIGHT = 34;
const STATE_LETTER = 7.6;
const LABEL_LETTER = 6.3;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'POLYLINE',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '42',
  'elk.spacing.nodeNode': '36',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeNode': '18',
  'elk.randomSeed': '1',
};

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly labels: string[];
}

export async function layOutChart(machine: AnyStateMachine): Promise<ChartDrawing> {
  const { root } = machine;
  const arrows = arrowsOf(root);
  const laid = await new elk.default().layout({
    ...elkNode(root, arrows),
    id: 'root',
    layoutOptions: { ...OPTIONS, 'elk.padding': padding(12) },
    edges: [...arrows, ...initialArrows(root)].map(elkEdge),
  });
  const states: ChartState[] = [];
  gatherStates(laid, root, states);
  const drawn = (laid.edges ?? []).map((edge) => arrowOf(edge, [...arrows, ...initialArrows(root)]));
  return { width: Math.ceil(laid.width!), height: Math.ceil(laid.height!), states, arrows: drawn };
}

const padding = (top: number) => `[top=${top},left=14,bottom=14,right=14]`;
const anyOf = (id: string) => `${id}*`;
const startOf = (id: string) => `${id}^`;

/** Arrows of the same two ends are one, with a line for each event. One from a state into itself begins at its `any`. */
function arrowsOf(root: AnyStateNode): Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { source, target, on, guard } of descendants(root).flatMap(stepsFrom)) {
    if (!target) continue;
    const from = isInside(target, source) ? anyOf(idOf(source)) : idOf(source);
    const label = [on === 'always' && guard ? '' : on, guard && `[${guard}]`].filter(Boolean).join(' ');
    const key = `${from} ${idOf(target)}`;
    const known = arrows.get(key);
    if (known) known.labels.push(label);
    else arrows.set(key, { from, to: idOf(target), labels: [label] });
  }
  return [...arrows.values()];
}

function initialArrows(root: AnyStateNode): Arrow[] {
  return descendants(root).flatMap((node) => {
    const [first] = node.initial?.target ?? [];
    return first ? [{ from: startOf(idOf(node)), to: idOf(first), labels: [] }] : [];
  });
}

function elkNode(node: AnyStateNode, arrows: readonly Arrow[]): ElkNode {
  const id = idOf(node);
  const inner = children(node).map((child) => elkNode(child, arrows));
  if (inner.length === 0) return { id, width: widthOf(node.key, STATE_LETTER) + 26, height: STATE_HEIGHT };
  if (node.initial?.target?.[0]) inner.unshift({ id: startOf(id), width: 12, height: 12 });
  if (arrows.some(({ from }) => from === anyOf(id))) {
    inner.unshift({ id: anyOf(id), width: widthOf('any', STATE_LETTER) + 20, height: 26 });
  }
  return { id, children: inner, layoutOptions: { 'elk.padding': padding(34) } };
}

const widthOf = (text: string, letter: number) => Math.ceil(text.length * letter);

function elkEdge({ from, to, labels }: Arrow): ElkExtendedEdge {
  const widest = Math.max(0, ...labels.map((label) => widthOf(label, LABEL_LETTER)));
  const label = { text: labels.join('\n'), width: widest + 6, height: labels.length * LINE_HEIGHT };
  return { id: `${from}>${to}`, sources: [from], targets: [to], labels: labels.length > 0 ? [label] : [] };
}

function gatherStates(laid: ElkNode, node: AnyStateNode, states: ChartState[]): void {
  for (const place of laid.children ?? []) {
    const child = children(node).find((candidate) => idOf(candidate) === place.id);
    const box = {
      x: round(place.x!),
      y: round(place.y!),
      width: round(place.width!),
      height: round(place.height!),
    };
    const kind = child ? kindOf(child) : place.id.endsWith('*') ? 'any' : 'start';
    states.push({ id: place.id, name: child?.key ?? (kind === 'any' ? 'any' : ''), kind, ...box });
    if (child) gatherStates(place, child, states);
  }
}

function kindOf(node: AnyStateNode): ChartState['kind'] {
  if (children(node).length > 0) return 'group';
  return node.type === 'final' ? 'final' : 'state';
}

function arrowOf({ id, sections, labels }: ElkExtendedEdge, arrows: readonly Arrow[]): ChartArrow {
  const { from, to, labels: lines } = arrows.find((arrow) => id === `${arrow.from}>${arrow.to}`)!;
  const points = (sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  const [label] = labels ?? [];
  return {
    from,
    to,
    labels: lines,
    way: points.map(({ x, y }) => [round(x), round(y)] as const),
    ...(label?.x !== undefined && {
      labelAt: [round(label.x + 3), round(label.y! + LINE_HEIGHT - 4)] as const,
    }),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;
