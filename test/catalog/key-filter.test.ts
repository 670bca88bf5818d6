import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KeyFilter } from '../../actors/catalog/key-filter.ts';

const MANY = 200_000;
const keys = (prefix: string) => Array.from({ length: MANY }, (_, number) => `o/${prefix}-${number}`);

test('a filter without keys has none', () => {
  assert.not(new KeyFilter().mayHave('o/any'));
});

test('each key that was added is told, while the filter grows from part to part', () => {
  const filter = new KeyFilter();
  for (const key of keys('added')) {
    filter.add(key);
    assert.ok(filter.mayHave(key), key);
  }
  for (const key of keys('added')) assert.ok(filter.mayHave(key), key);
});

test('of absent keys at most one in a hundred is taken for present, beside 200,000 that are', () => {
  const filter = new KeyFilter();
  for (const key of keys('added')) filter.add(key);
  const taken = keys('absent').filter((key) => filter.mayHave(key)).length;
  assert.ok(taken < MANY / 100, `${taken} of ${MANY}`);
});

test('keys that differ in their last character alone, and those of other characters, are told apart', () => {
  const filter = new KeyFilter();
  const alike = Array.from(
    { length: 95 },
    (_, place) => `o/${'x'.repeat(120)}${String.fromCharCode(32 + place)}`,
  );
  for (const key of alike.filter((_, place) => place % 2 === 0)) filter.add(key);
  const wrong = alike.filter((key, place) => filter.mayHave(key) !== (place % 2 === 0));
  assert.equal(wrong, []);
});

test.run();
