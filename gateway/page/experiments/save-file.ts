import type { Measured } from './measured.ts';

/** Files that a reader takes away: the numbers, and the picture as it is seen. */

/** RFC 4180. */
export function csvOf({ unit, places, series }: Measured): string {
  const rows = series.flatMap(({ name, values }) =>
    values.flatMap((value, at) =>
      value ? [[places[at]!, name, value.value, value.p99 ?? '', value.samples ?? '']] : [],
    ),
  );
  const head = ['what', 'of', unit === 'ms' ? 'median_ms' : unit, 'p99_ms', 'samples'];
  return [head, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

const cell = (value: string | number) =>
  /[",\r\n]/.test(`${value}`) ? `"${`${value}`.replaceAll('"', '""')}"` : `${value}`;

/** What the style sheet of the page gives to a drawing. */
const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** A drawing that needs no style sheet. */
export function svgOf(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const parts = copy.querySelectorAll('*');
  drawing.querySelectorAll('*').forEach((part, at) => {
    const style = getComputedStyle(part);
    for (const name of STYLES) parts[at]!.setAttribute(name, style.getPropertyValue(name));
    parts[at]!.removeAttribute('class');
  });
  return new XMLSerializer().serializeToString(copy);
}

export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
