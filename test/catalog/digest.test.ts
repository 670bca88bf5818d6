import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordHash, recordSum, SetDigest } from '../../actors/catalog/digest.ts';

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

test('the checksum follows the records as the digest does, and is the same when it is made alone', () => {
  const records = fc.uniqueArray(fc.tuple(fc.string(), fc.string()), {
    selector: ([key]) => key,
    maxLength: 20,
  });
  const property = fc.property(records, ([first, ...others]) => {
    const whole = new SetDigest();
    for (const [key, value] of first ? [first, ...others] : []) whole.add(recordHash(key, value));
    if (first) whole.remove(recordHash(...first));
    const read = new SetDigest();
    for (const [key, value] of others.toReversed()) read.addSum(recordSum(key, value));
    assert.is(read.checksum, whole.checksum);
    read.adopt(whole.toString());
    assert.is(read.toString(), whole.toString());
  });
  fc.assert(property);
});

test('the checksum tells what the digest tells: another value, another key, values that have changed places', () => {
  const checksumOf = (...records: [string, string][]) =>
    records.reduce((sum, [key, value]) => sum + recordSum(key, value).checksum, 0);
  const one = checksumOf(['b/1', 'one']);
  assert.is(one, checksumOf(['b/1', 'one']));
  for (const other of [
    ['b/2', 'one'],
    ['b/1o', 'ne'],
    ['b/1', 'One'],
  ] as [string, string][]) {
    assert.is.not(checksumOf(other), one);
  }
  for (let number = 0; number < 1_000; number++) {
    const [key, value] = [`k${number}`, `v${number}`];
    assert.is.not(checksumOf([key, 'one'], ['k', value]), checksumOf([key, value], ['k', 'one']));
  }
});

test.run();
