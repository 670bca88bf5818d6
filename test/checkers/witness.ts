import { type History, isAnsweredRead, isWrite, type ReadLine, type WriteLine } from './history.ts';
import { createGatherer } from './ledger.ts';
import { booksOf, type Violation } from './model.ts';
import { createMonotoneStepFunction, type MonotoneStepFunction } from './monotone-step-function.ts';
import { replay, type Timeline } from './timeline.ts';

/**
 * The fast check, for histories of millions of operations. Every answer carries a version, the log index that it
 * was decided at or read from, and these claim to be the order in which all took effect: a witness that is
 * checked instead of searched for.
 *
 * Writes: replayed in the order of their versions each must have got the answer it got, and one that ended before
 * another began has the smaller version. Strong reads: there is one log index at which the book was what the read
 * says, not before any index that an answer had shown earlier, and before every write that was asked for later.
 * Default reads: a state that the book once had, not from the future, never older than what the same gateway had
 * already answered about the book, by a read or by a write.
 *
 * The history is gone through twice: once for the writes, which are kept, and once for the reads, which are not.
 */
export interface WitnessReport {
  readonly writes: number;
  readonly reads: number;
  /** Reads of books with unresolved writes, of which only the order could be checked. */
  readonly looseReads: number;
  /** How many violations there are; `violations` holds the first of them. */
  readonly violated: number;
  readonly violations: readonly Violation[];
}

const MAX_VIOLATIONS = 100;

export async function checkWitness(history: History): Promise<WitnessReport> {
  const violations: Violation[] = [];
  let violated = 0;
  const blame = (violation: Violation) => {
    violated += 1;
    if (violations.length < MAX_VIOLATIONS) violations.push(violation);
  };

  const gatherer = createGatherer();
  for await (const line of history()) {
    if (line.kind === 'book') gatherer.book(line);
    else if (line.kind === 'order') gatherer.order(line);
    else if (line.kind === 'table') gatherer.table(line);
    else if (isWrite(line)) gatherer.write(line);
  }
  const ledger = gatherer.ledger();
  for (const violation of ledger.violations) blame(violation);
  const timeline = replay(ledger, blame);

  const known = createKnowledge();
  let reads = 0;
  let looseReads = 0;
  let lastEnd = 0;
  for await (const line of history()) {
    if (!isAnsweredRead(line) && !(isWrite(line) && isAnswered(line))) continue;
    if (line.end === null || line.end < lastEnd) throw new Error(`${line.op} is not in the order of its end`);
    lastEnd = line.end;
    if (line.kind !== 'read') known.write(line, timeline);
    else {
      reads += 1;
      if (timeline.isLoose(line.book)) looseReads += 1;
      else checkState(line, timeline, blame);
      if (line.consistency === 'strong') checkStrong(line, timeline, known, blame);
      checkGateway(line, known, blame);
      known.read(line);
    }
  }
  return { writes: ledger.writes.length, reads, looseReads, violated, violations };
}

type Blame = (violation: Violation) => void;

function isAnswered({ outcome, code }: WriteLine): boolean {
  return (outcome === 'ok' || outcome === 'refused') && code !== 'key-reused';
}

/** Whose refusal tells of an order what was so before, and of no shelf. */
const OF_AN_ORDER: ReadonlySet<WriteLine['kind']> = new Set(['confirm', 'release', 'cancel']);

/** What answers had shown by any moment: to everybody, and of one book through one gateway. */
function createKnowledge() {
  const reached = createMonotoneStepFunction();
  const seen = new Map<string, MonotoneStepFunction>();
  const stairs = (via: string, book: number) => {
    const name = `${book} ${via}`;
    const present = seen.get(name);
    if (present) return present;
    const made = createMonotoneStepFunction();
    seen.set(name, made);
    return made;
  };
  return {
    /** A log index that was certainly reached before `time`. */
    reachedBefore: (time: number) => reached.before(time),
    seenBefore: ({ via, book, start }: ReadLine) => stairs(via, book).before(start),
    write(line: WriteLine, timeline: Timeline): void {
      if (line.version === undefined || line.end === null) return;
      reached.rise(line.end, line.version);
      if (line.outcome === 'refused' && OF_AN_ORDER.has(line.kind)) return;
      for (const book of booksOf(line)) {
        stairs(line.via, book).rise(line.end, timeline.versionAt(book, line.version));
      }
    },
    read(line: ReadLine): void {
      stairs(line.via, line.book).rise(line.end, line.version);
      if (line.consistency === 'strong') reached.rise(line.end, line.asOf ?? line.version);
    },
  };
}

type Knowledge = ReturnType<typeof createKnowledge>;

/** The book was once what the read says, and not only after the read had ended. */
function checkState(
  { op, book, version, stock, price, asOf, end }: ReadLine,
  timeline: Timeline,
  blame: Blame,
) {
  const now = timeline.at(book, version);
  if (!now) {
    blame({ rule: 'reads show what was', op, says: `book ${book} has no version ${version}` });
  } else if (now.stock !== stock || now.price !== price) {
    const says = `version ${version} of book ${book} is ${now.stock} at ${now.price}, not ${stock} at ${price}`;
    blame({ rule: 'reads show what was', op, says });
  }
  if (version >= timeline.leastStartedAfter(end)) {
    blame({ rule: 'reads show what was', op, says: `version ${version} was asked for later` });
  }
  const next = timeline.nextVersion(book, version);
  if (asOf !== undefined && (asOf < version || asOf >= next)) {
    blame({ rule: 'reads show what was', op, says: `at ${asOf} version ${version} was not the latest` });
  }
}

/** There is a log index that the read can have been at. */
function checkStrong(read: ReadLine, timeline: Timeline, known: Knowledge, blame: Blame): void {
  const { op, book, version, asOf, start, end } = read;
  const reached = known.reachedBefore(start);
  const index = asOf ?? Math.max(version, reached);
  if (index < reached) {
    blame({
      rule: 'strong reads are fresh',
      op,
      says: `it is as of ${asOf}, and ${reached} had been reached`,
    });
  }
  if (!timeline.isLoose(book) && index >= timeline.nextVersion(book, version)) {
    const says = `it shows version ${version}, and ${timeline.nextVersion(book, version)} had been answered`;
    blame({ rule: 'strong reads are fresh', op, says });
  }
  if (index >= timeline.leastStartedAfter(end)) {
    blame({ rule: 'strong reads are fresh', op, says: `a write asked for later came before ${index}` });
  }
}

function checkGateway(read: ReadLine, known: Knowledge, blame: Blame): void {
  const seen = known.seenBefore(read);
  if (read.version >= seen) return;
  const says = `${read.via} had shown version ${seen} of book ${read.book}, and now ${read.version}`;
  blame({ rule: 'a gateway never goes back', op: read.op, says });
}
