import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBatch, encodeBatch } from '../../actors/log/batch.ts';
import { LOG_LEVEL, type LogBatch } from '../../actors/log/command-log.ts';

const batch: LogBatch = {
  id: 'catalog-1.7.42',
  level: LOG_LEVEL,
  at: 1_700_000_000_000,
  seen: 41,
  commands: [{ kind: 'purchase', key: 'ünï ✓ \u2028 "quoted"' }],
};

/** Of every length in UTF-8, what JSON escapes, and half of a pair. */
const UNITS = ['a', 'ü', '✓', '😀', '\u2028', '\ud800', '"', '\\', '\0'];

test('a batch is read as it was written, whatever its commands are', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.string({ unit: fc.constantFrom(...UNITS) }), (commands, id) => {
      // What JSON does not tell apart is not told apart here.
      const written = JSON.parse(JSON.stringify({ ...batch, id, commands }));
      const text = encodeBatch(written);
      const carried = Buffer.from(text).toString();
      const decoded = decodeBatch(carried);
      assert.is(decoded.kind, 'batch');
      if (decoded.kind === 'batch') {
        assert.equal(decoded.batch, written);
        assert.is(decoded.bytes, text.length);
      }
    }),
    { numRuns: 100 },
  );
});

test('a text that differs from what was written in any bit is damaged', () => {
  const bytes = Buffer.from(encodeBatch(batch));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const mask = 1 << (bit & 7);
    bytes[bit >> 3]! ^= mask;
    const { kind } = decodeBatch(bytes.toString());
    bytes[bit >> 3]! ^= mask;
    assert.is(kind, 'damaged', `bit ${bit}`);
  }
});

test('a text that ends early, or has more behind it, is damaged', () => {
  const text = encodeBatch(batch);
  for (let length = 0; length < text.length; length++) {
    assert.is(decodeBatch(text.slice(0, length)).kind, 'damaged', `${length} characters`);
  }
  assert.is(decodeBatch(`${text} `).kind, 'damaged');
  assert.is(decodeBatch('{"written":"by another hand"}').kind, 'damaged');
});

test('a text whose sum is right and which is no batch is damaged', () => {
  for (const text of ['', 'null', '[]', '{}', '{"level":"1"}']) {
    const sum = crc32(text).toString(16).padStart(8, '0');
    assert.is(decodeBatch(sum + text).kind, 'damaged', text);
  }
});

test('a batch of a higher level is told as newer, whatever else is in it', () => {
  const text = encodeBatch({ ...batch, level: LOG_LEVEL + 1, commands: 'of another form' as never });
  assert.equal(decodeBatch(text), { kind: 'newer', level: LOG_LEVEL + 1 });
});

test.run();
