import type { Ledger } from './ledger.ts';
import { type BookState, booksOf, judge, type Violation, type Write } from './model.ts';
import { countFirst } from './monotone-step-function.ts';

/** What every book was at every log index, as replaying the writes in the order of their versions tells. */
export interface Timeline {
  /** The book at this version; undefined if no write made that version of it. */
  at(book: number, version: number): BookState | undefined;
  /** The book's last version at or before a log index. */
  versionAt(book: number, index: number): number;
  /** The first version of the book after this one, or infinity. */
  nextVersion(book: number, version: number): number;
  /** The least version of all writes that were first asked for after `time`, or infinity. */
  leastStartedAfter(time: number): number;
  /** True for books with writes of which nobody knows whether, or when, they happened. */
  isLoose(book: number): boolean;
}

interface Past {
  readonly versions: number[];
  readonly states: BookState[];
}

type Placed = Write & { readonly version: number };

/** Replays the writes; every one whose recorded answer is impossible at its version is a violation. */
export function replay(ledger: Ledger, blame: (violation: Violation) => void): Timeline {
  const loose = new Set<number>();
  const placed: Placed[] = [];
  for (const write of ledger.writes) {
    if (isPlaced(write)) placed.push(write);
    else if (write.fate !== 'refused') for (const book of booksOf(write.line)) loose.add(book);
  }
  placed.sort((a, b) => a.version - b.version || Number(b.isExpiry ?? false) - Number(a.isExpiry ?? false));
  checkRealTime(placed, blame);

  const pasts = new Map<number, Past>();
  for (const { book, stock, price, version, perCustomer } of ledger.books) {
    const limit = perCustomer === undefined ? {} : { perCustomer };
    pasts.set(book, { versions: [version], states: [{ stock, price, ...limit }] });
  }
  for (const each of placed) {
    const write = firmPart(each, loose);
    if (!write) continue;
    const judgement = judge(write, (book) => pasts.get(book)?.states.at(-1));
    if ('impossible' in judgement) {
      blame({ rule: 'the model agrees', op: each.line.op, says: `${judgement.impossible} (${each.fate})` });
      continue;
    }
    for (const [book, state] of judgement.changes) {
      const past = pasts.get(book)!;
      // What one entry does to a book in several steps is one version of it, and what is written off none.
      const isSilent = each.line.kind === 'cancel' && !each.line.restock;
      if (isSilent || past.versions.at(-1) === each.version) past.states[past.states.length - 1] = state;
      else {
        past.versions.push(each.version);
        past.states.push(state);
      }
    }
  }

  const least = leastVersions(placed);
  const before = (book: number, index: number) =>
    countFirst(pasts.get(book)?.versions ?? [], (version) => version < index);
  return {
    at(book, version) {
      const past = pasts.get(book);
      const place = before(book, version);
      return past?.versions[place] === version ? past.states[place] : undefined;
    },
    versionAt: (book, index) => pasts.get(book)?.versions[before(book, index + 1) - 1] ?? 0,
    nextVersion: (book, version) =>
      pasts.get(book)?.versions[before(book, version + 1)] ?? Number.POSITIVE_INFINITY,
    leastStartedAfter: least,
    isLoose: (book) => loose.has(book),
  };
}

function isPlaced(write: Write): write is Placed {
  return write.version !== undefined;
}

/** The write as far as it concerns books of which all is known: of a sold cart, the lines of those. */
function firmPart(write: Write, loose: ReadonlySet<number>): Write | undefined {
  const { line, fate } = write;
  if (!booksOf(line).some((book) => loose.has(book))) return write;
  if (!('lines' in line) || fate !== 'ok') return undefined;
  const lines = line.lines.filter(({ book }) => !loose.has(book));
  return { ...write, line: 'total' in line ? { ...line, lines, total: undefined } : { ...line, lines } };
}

/** Versions are distinct, and a write that ended before another began has the smaller one. */
function checkRealTime(placed: readonly Placed[], blame: (violation: Violation) => void): void {
  let latest: Placed | undefined;
  let previous: Placed | undefined;
  for (const write of placed) {
    const { op } = write.line;
    // Holds that are due end with the entry of something else.
    if (previous?.version === write.version && !previous.isExpiry && !write.isExpiry) {
      blame({ rule: 'one write per version', op, says: `${write.version} is ${previous.line.op}'s too` });
    }
    if (latest && write.end < latest.start) {
      const says = `it ended before ${latest.line.op} began, and has version ${write.version} after ${latest.version}`;
      blame({ rule: 'real-time order', op, says });
    }
    if (!latest || write.start > latest.start) latest = write;
    previous = write;
  }
}

function leastVersions(placed: readonly Placed[]): (time: number) => number {
  const byStart = placed.toSorted((a, b) => a.start - b.start);
  const starts = byStart.map(({ start }) => start);
  const least = byStart.map(({ version }) => version);
  for (let place = least.length - 2; place >= 0; place--) {
    least[place] = Math.min(least[place]!, least[place + 1]!);
  }
  return (time) => least[countFirst(starts, (start) => start <= time)] ?? Number.POSITIVE_INFINITY;
}
