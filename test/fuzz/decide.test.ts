import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decide } from '../../actors/catalog/decide.ts';
import type { Recorded, View } from '../../actors/catalog/decision.ts';
import { MAX_OPEN_HOLDS } from '../../actors/catalog/holds.ts';
import { recordKey } from '../../actors/catalog/recall.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import { Book, Command, MAX_NEW_BOOK_ID, Result } from '../../runtime/domain.ts';
import { orderKey } from '../../storage/keys.ts';
import { valuesOf } from './of-schema.ts';
import { rounds } from './rounds.ts';

/** Any state, also one that no log leads to: any book under every other id, and anything recorded under the command's key. */
const views = fc.record({
  level: fc.integer({ min: 0, max: LEVEL }),
  book: fc.option(valuesOf(Book) as fc.Arbitrary<Book>, { nil: undefined }),
  recorded: fc.option(
    fc.record({
      fingerprint: fc.string(),
      requestId: fc.string(),
      result: valuesOf(Result) as fc.Arbitrary<Recorded['result']>,
      counted: fc.option(fc.array(fc.nat(9)), { nil: undefined }),
      hold: fc.option(fc.record({ due: fc.nat(9) }), { nil: undefined }),
    }),
    { nil: undefined },
  ),
  time: fc.nat(9),
  openHolds: fc.constantFrom(0, MAX_OPEN_HOLDS),
  lastId: fc.integer({ min: 0, max: 9 }).map((id) => (id === 9 ? MAX_NEW_BOOK_ID : id)),
});

test('every command is decided in every state, without a throw, and twice the same', () => {
  const property = fc.property(views, valuesOf(Command), fc.maxSafeNat(), (state, given, index) => {
    const command = Command.parse(given);
    const isOrder = command.kind === 'cancel' && state.time % 2 === 0;
    const asked = isOrder ? orderKey(command.orderId) : recordKey(command);
    const isAskedFor = (key: string) => key === asked;
    const view: View = {
      level: state.level,
      lastId: state.lastId,
      firstFreeId: state.lastId + 1,
      book: (id) => (id % 2 === 0 && state.book ? { ...state.book, id } : undefined),
      withIsbn: (isbn, but) => (isbn.length % 2 === 0 && but !== 2 ? 2 : undefined),
      logTime: { time: state.time, at: 0, term: 1 },
      openHolds: state.openHolds,
      copiesOf: () => state.openHolds % 7,
      recorded: (key) => (isAskedFor(key) ? state.recorded : undefined),
    };
    const stamp = { index, at: index };
    const decision = decide(view, command, stamp);
    assert.equal(decide(view, command, stamp), decision);
    assert.ok(Result.safeParse(decision.result).success);
  });
  fc.assert(property, rounds(500));
});

test.run();
