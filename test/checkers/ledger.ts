import { checkCancellations } from './cancellations.ts';
import type { BookLine, OrderLine, TableLine, WriteLine } from './history.ts';
import type { Violation, Write } from './model.ts';

/** All that a history says about writes, gathered by key. */
export interface Ledger {
  readonly books: readonly BookLine[];
  readonly writes: readonly Write[];
  /** Answers that contradict each other or the order table. */
  readonly violations: readonly Violation[];
}

/** What was decided for a key, as an answer or the order table tells it; either may leave the version out. */
interface Decision {
  readonly fate: 'ok' | 'refused';
  readonly code: string | undefined;
  readonly version: number | undefined;
}

/** Feed it every line that is a book, a write, an order or the table's end, in any order. */
export function createGatherer() {
  const books: BookLine[] = [];
  const asked = new Map<string, WriteLine[]>();
  const table = new Map<string, Decision>();
  /** How holds ended, by their keys. */
  const ends = new Map<string, NonNullable<OrderLine['end']>>();
  /** The cancellations that the table tells of, by their keys. */
  const cancellations = new Map<string, number>();
  const twice = new Set<string>();
  let whole = false;

  function resolve(key: string, lines: readonly WriteLine[], violations: Violation[]): Write | undefined {
    const definite = lines.filter(({ outcome }) => outcome === 'ok' || outcome === 'refused');
    const answers = definite.map(decisionOf);
    const line = definite[0] ?? lines[0]!;
    const recorded = table.get(key) ?? endAsTold(line, ends) ?? cancellationAsTold(line, cancellations);
    const blame = (rule: string, says: string) => void violations.push({ rule, op: line.op, says });

    const [answer] = answers;
    const other = answers.find((one) => answer && !agree(one, answer));
    if (answer && other) blame('one answer per key', `${tell(answer)} and ${tell(other)} for ${key}`);
    if (answer && recorded && !agree(answer, recorded)) {
      blame('one answer per key', `${key} was told ${tell(answer)}, the table says ${tell(recorded)}`);
    }
    const isMissing = whole && !recorded && (line.kind === 'purchase' || line.kind === 'hold');
    if (answer && isMissing) blame('nothing acknowledged is lost', `order ${key} is not in the table`);
    if (whole && answer?.fate === 'ok' && line.kind === 'cancel' && !recorded)
      blame('nothing acknowledged is lost', `order ${line.order} does not tell of the cancellation ${key}`);
    const wasInDoubt = lines.some(({ outcome }) => outcome === 'unknown');
    if (recorded && !answer && !wasInDoubt) blame('none means none', `order ${key} is in the table`);

    const start = lines.reduce((first, one) => Math.min(first, one.start), Number.POSITIVE_INFINITY);
    const end = definite.reduce((first, one) => Math.min(first, one.end ?? first), Number.POSITIVE_INFINITY);
    if (answer) return { line, start, end, ...answer, version: answer.version ?? recorded?.version };
    if (recorded) return { line, start, end, ...recorded };
    const isVain = whole && (line.kind === 'confirm' || line.kind === 'release' || line.kind === 'cancel');
    if (isMissing || isVain || !wasInDoubt) return undefined;
    return { line, start, end, fate: 'open', code: undefined, version: undefined };
  }

  return {
    book: (line: BookLine) => void books.push(line),
    order({ key, status, code, version, end, cancellations: told = [] }: OrderLine): void {
      if (table.has(key)) twice.add(key);
      table.set(key, { fate: status === 'refused' ? 'refused' : 'ok', code, version });
      if (end) ends.set(key, end);
      for (const one of told) cancellations.set(one.key, one.version);
    },
    /** The table has been seen whole; one that lost orders on its way here proves nothing. */
    table({ orders }: TableLine): void {
      const seen = table.size + twice.size;
      if (seen !== orders)
        throw new Error(`the order table has ${seen} orders and says that it has ${orders}`);
      whole = true;
    },
    write(line: WriteLine): void {
      // Another request under the same key: refused without a trace.
      if (line.code === 'key-reused') return;
      const lines = asked.get(line.key);
      if (lines) lines.push(line);
      else asked.set(line.key, [line]);
    },
    ledger(): Ledger {
      const violations: Violation[] = [];
      const writes: Write[] = [];
      for (const [key, lines] of asked) {
        const write = resolve(key, lines, violations);
        if (write) writes.push(write);
        const ownEnd = write && ownEndOf(write, ends);
        if (ownEnd) writes.push(ownEnd);
      }
      for (const key of table.keys()) {
        if (asked.has(key)) continue;
        violations.push({ rule: 'nothing happens unasked', op: key, says: 'it is in the order table' });
      }
      for (const key of twice) {
        violations.push({ rule: 'one order per key', op: key, says: 'it is in the order table twice' });
      }
      violations.push(...checkCancellations(writes));
      return { books, writes, violations };
    },
  };
}

/** A hold that the table says was confirmed or released is one whose client may not have heard of it. */
function endAsTold(line: WriteLine, ends: ReadonlyMap<string, { what: string; version: number }>) {
  if (line.kind !== 'confirm' && line.kind !== 'release') return undefined;
  const end = ends.get(line.hold);
  if (end?.what !== (line.kind === 'confirm' ? 'confirmed' : 'released')) return undefined;
  return { fate: 'ok' as const, code: undefined, version: end.version };
}

function cancellationAsTold(line: WriteLine, cancellations: ReadonlyMap<string, number>) {
  const version = line.kind === 'cancel' ? cancellations.get(line.key) : undefined;
  return version === undefined ? undefined : { fate: 'ok' as const, code: undefined, version };
}

/** The end of the time of a hold, or what a payment has made of it, comes at some moment after it was asked for. */
function ownEndOf(
  { line, start, end: answered }: Write,
  ends: ReadonlyMap<string, { what: string; version: number }>,
): Write | undefined {
  const end = line.kind === 'hold' ? ends.get(line.key) : undefined;
  if (line.kind !== 'hold' || end === undefined) return undefined;
  const isExpiry = end.what === 'expired';
  if (!isExpiry && !line.paid) return undefined;
  const { total: _, paid: __, ...asked } = line;
  const kind = end.what === 'confirmed' ? ('confirm' as const) : ('release' as const);
  const ending = {
    // A purchase that is paid for is answered once it has ended.
    end: line.paid ? answered : Number.POSITIVE_INFINITY,
    fate: 'ok' as const,
    code: undefined,
    version: end.version,
  };
  return {
    line: { ...asked, kind, op: `the end of ${line.op}`, hold: line.key },
    start,
    ...ending,
    isExpiry,
    isPayment: !isExpiry,
  };
}

function decisionOf({ outcome, code, version }: WriteLine): Decision {
  return { fate: outcome === 'ok' ? 'ok' : 'refused', code, version };
}

function agree(a: Decision, b: Decision): boolean {
  const sameVersion = a.version === undefined || b.version === undefined || a.version === b.version;
  return a.fate === b.fate && a.code === b.code && sameVersion;
}

function tell({ fate, code, version }: Decision): string {
  return `${code ?? fate} at ${version ?? 'an unknown version'}`;
}
