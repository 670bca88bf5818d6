import type { ChartDrawing, ChartState } from '../gateway/page/charts/chart-drawing.ts';

/** Writes a drawing as SVG that stands by itself, in light and dark. */

const STYLE = `
    text { font: 13px system-ui, "Segoe UI", sans-serif; fill: #1f1d1a }
    .label { font-size: 11px; fill: #5f5a52 }
    .state, .final { fill: #ffffff; stroke: #8d867a }
    .final { stroke-width: 3 }
    .group { fill: none; stroke: #8d867a; stroke-dasharray: 5 4 }
    .any { fill: none; stroke: #8d867a; stroke-dasharray: 2 3 }
    .start, .head { fill: #5f5a52; stroke: none }
    .way { fill: none; stroke: #5f5a52 }
    @media (prefers-color-scheme: dark) {
      text { fill: #eceae5 }
      .label { fill: #a9adb3 }
      .state, .final { fill: #1b2027; stroke: #737b86 }
      .group, .any { stroke: #737b86 }
      .start, .head { fill: #a9adb3 }
      .way { stroke: #a9adb3 }
    }
  `;

export function chartSvg(name: string, { width, height, states, arrows }: ChartDrawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${name}">`,
    `  <style>${STYLE}</style>`,
    '  <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M 0 0 L 8 4 L 0 8 Z"/></marker>',
    ...states.map(stateSvg),
    ...arrows.map(
      ({ way }) =>
        `  <path class="way" d="M ${way.map((point) => point.join(' ')).join(' L ')}" marker-end="url(#head)"/>`,
    ),
    ...arrows.flatMap(({ labels, labelAt }) =>
      labels.map((label, line) => {
        const [x, y] = labelAt!;
        return `  <text class="label" x="${x}" y="${y + line * 15}">${escaped(label)}</text>`;
      }),
    ),
    '</svg>',
    '',
  ].join('\n');
}

function stateSvg({ id, name, kind, x, y, width, height }: ChartState): string {
  if (kind === 'start') return `  <circle class="start" cx="${x + 6}" cy="${y + 6}" r="6"/>`;
  const box = `  <rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`;
  const isGroup = kind === 'group';
  const at = isGroup
    ? `x="${x + 12}" y="${y + 20}"`
    : `x="${x + width / 2}" y="${y + height / 2 + 4.5}" text-anchor="middle"`;
  return `${box}\n  <text id="${id}" ${at}>${escaped(name)}</text>`;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
