import Table from 'cli-table3';
import type { Measured } from './attack.ts';
import { MIB } from './rules.ts';
import type { Report } from './stage.ts';

/** What people read: lines for each attack as soon as it is over, and in the end a table of all. */

const HEAD = [
  'attack',
  'verdict',
  'catalogs MiB',
  'gateway MiB',
  'term',
  'ended',
  'purchases/s',
  'longest gap ms',
];

export function tableOf(reports: readonly Report[]): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [], compact: true } });
  for (const report of reports) table.push(rowOf(report));
  return `${table}\n`;
}

function rowOf({ attack, measured = {}, wrong, skipped, broken }: Report): string[] {
  const { memory, lead, ended, purchases } = measured;
  const verdict = skipped ? 'skipped' : broken ? 'not made' : wrong.length > 0 ? 'open' : 'held';
  return [
    attack.name,
    verdict,
    memory ? mostOf(memory, 'catalog') : '',
    memory ? mostOf(memory, 'gateway') : '',
    lead ? `${termOf(lead.before.term)} → ${termOf(lead.after.term)}` : '',
    ended ? String(ended.length) : '',
    purchases
      ? [purchases.before, purchases.during, purchases.after]
          .map((phase) => Math.round(phase.perSecond))
          .join(' → ')
      : '',
    purchases ? String(Math.round(purchases.during.longestGapMs)) : '',
  ];
}

/** A line for what the attack saw, one for each thing that is wrong, and what processes said as they ended. */
export function linesOf({ attack, measured, wrong, skipped, broken, seconds }: Report): string[] {
  const seen = Object.entries(measured?.seen ?? {}).map(
    ([name, value]) => `${name} ${Math.round(value * 100) / 100}`,
  );
  return [
    `${attack.name} (${seconds.toFixed(0)} s): ${[...seen, skipped && `skipped, ${skipped}`].filter(Boolean).join(', ')}`,
    ...(broken ? [`  not made: ${broken}`] : []),
    ...wrong.map((clause) => `  open: ${clause}`),
    ...(measured?.lastWords ?? []).map((words) => `  said: ${words}`),
  ];
}

/** Before and the most, of the process of that kind that held most. */
function mostOf(memory: Measured['memory'], kind: string): string {
  const [largest] = memory.filter(({ name }) => name.startsWith(kind)).sort((a, b) => b.most - a.most);
  return largest ? `${mib(largest.before)} → ${mib(largest.most)}` : '';
}

const mib = (bytes: number) => String(Math.round(bytes / MIB));

const termOf = (term: number) => (Number.isNaN(term) ? 'none' : String(term));
