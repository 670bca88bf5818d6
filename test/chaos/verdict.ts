import Table from 'cli-table3';
import pc from 'picocolors';
import type { LinearizabilityReport } from '../checkers/linearizability.ts';
import type { Violation } from '../checkers/model.ts';
import { checkPayments, type PaymentEntry } from '../checkers/payments.ts';
import type { WitnessReport } from '../checkers/witness.ts';
import type { AfterChecks } from './after-checks.ts';
import type { Tally } from './tally.ts';

/** All that is known of a run when it is over. */
export interface Evidence {
  readonly tally: Tally;
  readonly faults: ReadonlyMap<string, number>;
  /** Undefined where the catalogs did not become equal. */
  readonly afterChecks: AfterChecks | undefined;
  readonly witness: WitnessReport;
  readonly linearizability: LinearizabilityReport;
  /** What the payment service has in its book, and how often it died; undefined for a store without one. */
  readonly payments?: { readonly entries: readonly PaymentEntry[]; readonly deaths: number } | undefined;
  /** What went wrong beside the history, such as a process that refuses to start. */
  readonly troubles: readonly string[];
}

export interface Verdict {
  /** No guarantee was broken. */
  readonly clean: boolean;
  readonly rows: readonly Row[];
  /** The first of what was found wrong, in sentences. */
  readonly findings: readonly string[];
}

export interface Row {
  readonly name: string;
  readonly value: string;
  /** Undefined where the row only tells a figure. */
  readonly isRight?: boolean;
}

type Class = 'lost' | 'duplicated' | 'oversold' | 'stale' | 'contradictory';

/** Under which head each rule of the checkers is counted. */
const CLASS_OF_RULE: Readonly<Record<string, Class>> = {
  'nothing acknowledged is lost': 'lost',
  'one order per key': 'duplicated',
  'one write per version': 'duplicated',
  'nothing happens unasked': 'duplicated',
  'none means none': 'duplicated',
  'the model agrees': 'oversold',
  'reads show what was': 'stale',
  'strong reads are fresh': 'stale',
  'a gateway never goes back': 'stale',
};
const FINDINGS_SHOWN = 20;

export function judge(evidence: Evidence): Verdict {
  const { tally, faults, afterChecks, witness, linearizability, payments, troubles } = evidence;
  const { counts, odd, longestGap, recoveriesMs } = tally;
  const findings: string[] = [...troubles];
  const broken: Record<Class, number> = { lost: 0, duplicated: 0, oversold: 0, stale: 0, contradictory: 0 };

  const blame = (head: Class, says: string) => {
    broken[head] += 1;
    findings.push(`${head}: ${says}`);
  };
  for (const violation of witness.violations) {
    blame(CLASS_OF_RULE[violation.rule] ?? 'contradictory', tell(violation));
  }
  if (afterChecks) auditLedger(afterChecks, blame);
  else findings.push('the catalogs did not become equal, or a payment stays open');
  const paymentFault = payments && afterChecks && checkPayments(afterChecks.paid, payments.entries);
  if (paymentFault !== undefined) findings.push(`payments: ${paymentFault}`);
  for (const violation of linearizability.violations) findings.push(`not linearizable: ${tell(violation)}`);
  for (const [code, times] of odd) findings.push(`${times} answers with the code ${code}`);

  const digests = new Set(afterChecks?.audit.catalogs.map(({ digest }) => digest));
  const equal = digests.size === 1 && !digests.has(undefined);
  if (afterChecks && !equal) findings.push('the catalogs have different digests');
  const guarantee = (head: Class): Row => ({
    name: head,
    value: String(broken[head]),
    isRight: broken[head] === 0,
  });
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);

  const rows: Row[] = [
    { name: 'operations', value: grouped(counts.operations) },
    { name: 'purchases confirmed', value: grouped(counts.confirmed) },
    { name: 'refused', value: grouped(counts.refused) },
    { name: 'outcome unknown', value: grouped(counts.unknown) },
    { name: 'outcome none, reads without an answer', value: grouped(counts.none) },
    { name: 'reads answered', value: grouped(counts.reads) },
    guarantee('lost'),
    guarantee('duplicated'),
    guarantee('oversold'),
    guarantee('stale'),
    guarantee('contradictory'),
    ...(payments ? [paymentRow(payments, paymentFault === undefined)] : []),
    { name: 'unexpected errors', value: String(sum(odd.values())), isRight: odd.size === 0 },
    {
      name: 'linearizable',
      value: `${linearizability.verdict === 'linearizable' ? 'yes' : linearizability.verdict}, ${grouped(linearizability.operations)} operations`,
      isRight: linearizability.verdict !== 'violated',
    },
    {
      name: 'digests',
      value: equal ? `equal, ${digests.values().next().value}` : afterChecks ? 'different' : 'not compared',
      isRight: equal,
    },
    { name: 'longest time without a purchase', value: gapText(longestGap) },
    { name: 'from a leader’s kill to the next purchase', value: recoveryText(recoveriesMs) },
    { name: `faults: ${sum(faults.values())}`, value: faultsText(faults) },
  ];
  const clean = findings.length === 0 && rows.every(({ isRight = true }) => isRight);
  return { clean, rows, findings };
}

function paymentRow({ entries, deaths }: NonNullable<Evidence['payments']>, isRight: boolean): Row {
  const count = (wanted: string) => grouped(entries.filter(({ status }) => status === wanted).length);
  const counts = `${count('captured')} captured, ${count('declined')} declined, ${count('voided')} voided, ${count('refunded')} given back, ${count('refused')} refused`;
  return { name: 'payments', value: `${counts}\nthe service died ${deaths} times`, isRight };
}

/** The order table against the books' ledgers: what was sold is what was ordered. */
function auditLedger({ audit, ordered }: AfterChecks, blame: (head: Class, says: string) => void): void {
  for (const { id, initial, restocked, returned, sold, held, stock } of audit.books) {
    const copies = ordered.get(id) ?? 0;
    if (sold > copies) blame('duplicated', `book ${id}: ${sold} copies are gone, ${copies} were ordered`);
    if (sold < copies) blame('lost', `book ${id}: ${copies} copies were ordered, ${sold} are gone`);
    if (stock < 0) blame('oversold', `book ${id}: the stock is ${stock}`);
    if (initial + restocked + returned - sold - held !== stock) {
      const sum = `${initial} + ${restocked} + ${returned} - ${sold} - ${held}`;
      blame('contradictory', `book ${id}: ${sum} is not ${stock}`);
    }
  }
}

function tell({ rule, op, says }: Violation): string {
  return `${rule}, operation ${op}: ${says}`;
}

function gapText({ ms, during }: Tally['longestGap']): string {
  return `${seconds(ms)}${during.map((name) => `\n${name}`).join('')}`;
}

function recoveryText(recoveriesMs: readonly number[]): string {
  if (recoveriesMs.length === 0) return 'not measured';
  const sorted = recoveriesMs.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  return `median ${seconds(middle)}, longest ${seconds(sorted.at(-1)!)}, of ${sorted.length}`;
}

function faultsText(faults: ReadonlyMap<string, number>): string {
  const names = [...faults].sort(([a], [b]) => (a < b ? -1 : 1));
  return names.map(([name, times]) => `${name} ${times}`).join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}

/** The table for people, and what was found wrong. */
export function tellVerdict({ clean, rows, findings }: Verdict): string {
  const table = new Table({ style: { head: [], border: [] } });
  for (const { name, value, isRight } of rows) {
    table.push([name, isRight === undefined ? value : isRight ? pc.green(value) : pc.red(value)]);
  }
  const shown = findings.slice(0, FINDINGS_SHOWN).map((finding) => pc.red(finding));
  const more = findings.length - shown.length;
  if (more > 0) shown.push(pc.red(`and ${more} more`));
  const word = clean ? pc.green('every guarantee held') : pc.red('NOT every guarantee held');
  return `${[table.toString(), ...shown, word].join('\n')}\n`;
}
