import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { maskedCrc32c } from '../../storage/leveldb/crc32c.ts';

/** As LevelDB's own `util/crc32c.h` takes the mask off. */
function unmasked(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

function bitByBit(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test('the checksums of the standard (RFC 3720, B.4) come out', () => {
  const rising = Buffer.from(Array.from({ length: 32 }, (_, place) => place));
  const known: [Buffer, number][] = [
    [Buffer.alloc(0), 0],
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32, 0), 0x8a9136aa],
    [Buffer.alloc(32, 255), 0x62a8ab43],
    [rising, 0x46dd794e],
    [Buffer.from(rising).reverse(), 0x113fdb5c],
  ];
  for (const [bytes, sum] of known) assert.is(unmasked(maskedCrc32c(bytes, 0, bytes.length)), sum);
});

test('any part of a buffer, wherever it begins and ends, has the checksum of its bytes', () => {
  const random = seededRandom(1);
  const bytes = Buffer.from(Array.from({ length: 100 }, () => random.integer(256)));
  for (let from = 0; from < 20; from++) {
    for (let to = from; to <= bytes.length; to++) {
      assert.is(unmasked(maskedCrc32c(bytes, from, to)), bitByBit(bytes.subarray(from, to)));
    }
  }
});

test.run();
