import Table from 'cli-table3';
import type { Result, ScenarioResult } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { cellsOf } from './cells.ts';

/** A scenario for the terminal. */
export function textOf(scenario: ScenarioResult): string {
  const { head, rows } = cellsOf(scenario);
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  return `\n${scenario.title}\n${table}\n`;
}

/** How even the machine was: the same piece of work took from … to … ms. */
export function evenness({ scenarios }: Pick<Result, 'scenarios'>): string {
  const spins = scenarios.flatMap(({ cases }) =>
    cases.flatMap(({ repetitions }) => repetitions.flatMap(({ spinMs }) => spinMs)),
  );
  const spread = spreadOf(spins);
  if (!spread) return 'nothing was measured';
  const { least, median, most } = spread;
  const uneven = spins.filter((spin) => spin > least * UNEVEN).length;
  return (
    `a fixed piece of work beside the measurements took ${least.toFixed(0)} to ${most.toFixed(0)} ms, ` +
    `${median.toFixed(0)} in the median; ${Math.round((100 * uneven) / spins.length)} % of the times more than ` +
    `${Math.round((UNEVEN - 1) * 100)} % above the least`
  );
}

const UNEVEN = 1.25;
