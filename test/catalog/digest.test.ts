import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordHash, SetDigest } from '../../actors/catalog/digest.ts';

function digestOf(records: readonly (readonly [string, string])[]): string {
  const digest = new SetDigest();
  for (const [key, value] of records) digest.add(recordHash(key, value));
  return digest.toString();
}

test('the digest of nothing is zero, and 24 hexadecimal digits long', () => {
  assert.is(new SetDigest().toString(), '0'.repeat(24));
});

test('the digest is the same on every machine and in every version', () => {
  assert.is(digestOf([['b/1', 'one']]), '02d4f0fae99b8f3219363526');
});

test('the order in which records come does not count', () => {
  const records = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 20 });
  fc.assert(fc.property(records, (given) => assert.is(digestOf(given), digestOf(given.toReversed()))));
});

test('removing a record undoes adding it, exactly, after any number of others', () => {
  const digest = new SetDigest();
  for (let number = 0; number < 10_000; number++) digest.add(recordHash(`k${number}`, 'value'));
  const before = digest.toString();
  digest.add(recordHash('another', 'value'));
  assert.is.not(digest.toString(), before);
  digest.remove(recordHash('another', 'value'));
  assert.is(digest.toString(), before);
  for (let number = 0; number < 10_000; number++) digest.remove(recordHash(`k${number}`, 'value'));
  assert.is(digest.toString(), '0'.repeat(24));
});

test('a value under another key, and a key that swallows part of its value, are other records', () => {
  const one = digestOf([['b/1', 'one']]);
  assert.is.not(digestOf([['b/2', 'one']]), one);
  assert.is.not(digestOf([['b/1o', 'ne']]), one);
  assert.is.not(digestOf([['b/1', 'One']]), one);
});

test.run();
