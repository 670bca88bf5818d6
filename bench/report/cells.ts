import { heading, show } from '../metrics.ts';
import type { CaseResult, ScenarioResult } from '../result.ts';
import { figureOf, ratioOf } from '../statistics.ts';

/** A scenario's table as texts, for a terminal and for markdown alike: its head, and a row for each case. */
export interface Cells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The median of each figure with its spread; and how often the first case is each other, in the first figure. */
export function cellsOf({ cases, columns, isCompared }: ScenarioResult): Cells {
  const used = columns.filter((name) => cases.some((each) => figureOf(each, name)));
  const [first] = cases;
  const head = ['', ...used.map(heading), ...(isCompared ? [`${first!.label} ÷ it`] : [])];
  const rows = cases.map((each) => {
    if (each.skipped !== undefined) return [each.label, `skipped: ${each.skipped.split('\n')[0]}`];
    const ratio = isCompared && each !== first ? [ratioText(first!, each, used[0]!)] : [];
    return [each.label, ...used.map((name) => figureText(each, name)), ...ratio];
  });
  return { head, rows: rows.map((row) => [...row, ...Array(head.length - row.length).fill('')]) };
}

function figureText(result: CaseResult, name: string): string {
  const spread = figureOf(result, name);
  if (!spread) return '';
  const { median, least, most } = spread;
  const [middle, from, to] = [median, least, most].map((value) => show(name, value));
  return from === to ? middle! : `${middle} (${from}–${to})`;
}

function ratioText(first: CaseResult, other: CaseResult, name: string): string {
  const ratio = ratioOf(first, other, name);
  return ratio ? `${ratio.median.toFixed(2)} ×` : '';
}
