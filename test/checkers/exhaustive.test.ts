import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Random, seededRandom } from '../../runtime/random.ts';
import type { Line, ReadLine, WriteLine } from './history.ts';
import { checkLinearizability } from './linearizability.ts';
import { type BookState, judge } from './model.ts';
import { book, bought, read, restocked, type Span, soldOut, unsure } from './report.ts';

/**
 * The linearizability checker skips most orders, by argument. Here it is compared with a search that skips none,
 * on thousands of histories so small and crowded that about half of them are wrong.
 */

type Operation = WriteLine | ReadLine;

function randomHistory(random: Random): Operation[] {
  const count = 3 + random.integer(4);
  return Array.from({ length: count }, (_, n) => {
    const start = random.integer(8);
    const span: Span = [start, start + 1 + random.integer(5)];
    const lines = [{ book: 1, quantity: 1 + random.integer(2) }];
    if (random.integer(4) === 0) lines.push({ book: 2, quantity: 1 });
    const op = `op-${n}`;
    switch (random.integer(6)) {
      case 0:
        return restocked(op, span, 1 + random.integer(2));
      case 1:
        return soldOut(op, span, { lines });
      case 2:
        return unsure(op, start, { lines });
      case 3:
        return read(op, span, random.integer(3), { book: 1 + random.integer(2) });
      default:
        return bought(op, span, { lines });
    }
  });
}

/** Tries every order that respects real time, with and without each unknown operation. */
function isExplained(left: readonly Operation[], states: ReadonlyMap<number, BookState>): boolean {
  const musts = left.filter(({ outcome }) => outcome !== 'unknown');
  if (musts.length === 0) return true;
  return left.some((one) => {
    if (musts.some((other) => other !== one && (other.end ?? Number.POSITIVE_INFINITY) < one.start))
      return false;
    const after = perform(one, states);
    const rest = left.filter((other) => other !== one);
    return after !== undefined && isExplained(rest, after);
  });
}

function perform(
  line: Operation,
  states: ReadonlyMap<number, BookState>,
): ReadonlyMap<number, BookState> | undefined {
  if (line.kind === 'read') return states.get(line.book)?.stock === line.stock ? states : undefined;
  const fate = line.outcome === 'unknown' ? 'open' : line.outcome === 'ok' ? 'ok' : 'refused';
  const { start, code, version } = line;
  const end = line.end ?? Number.POSITIVE_INFINITY;
  const judgement = judge({ line, start, end, fate, code, version }, (id) => states.get(id));
  return 'impossible' in judgement ? undefined : new Map([...states, ...judgement.changes]);
}

test('the checker agrees with a search of every order on small crowded histories', async () => {
  const random = seededRandom(2024);
  const verdicts = { linearizable: 0, violated: 0, undecided: 0 };
  for (let round = 0; round < 3_000; round++) {
    const operations = randomHistory(random);
    const books: Line[] = [book(1, 2), book(2, 1)];
    const states = new Map([
      [1, { stock: 2, price: 1000 }],
      [2, { stock: 1, price: 1000 }],
    ]);
    const { verdict } = await checkLinearizability([...books, ...operations]);
    const expected = isExplained(operations, states) ? 'linearizable' : 'violated';
    assert.is(verdict, expected, JSON.stringify(operations));
    verdicts[verdict] += 1;
  }
  assert.ok(verdicts.linearizable > 500 && verdicts.violated > 500, JSON.stringify(verdicts));
});

test.run();
