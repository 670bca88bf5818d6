import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as ws from 'ws';
import { createFrameProgress } from '../../gateway/bridge/rpc/frame-progress.ts';

/** What `ws` does not declare: the part of it that encodes frames. */
const { Sender: SENDER } = ws as unknown as {
  Sender: { frame(data: Buffer, options: object): Buffer[] };
};

interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly size: number;
}

const encode = ({ opcode, fin, size }: Frame): Buffer =>
  Buffer.concat(
    SENDER.frame(Buffer.alloc(size, 7), {
      opcode,
      fin,
      mask: true,
      readOnly: true,
      rsv1: false,
    }),
  );

const size = fc.oneof(fc.nat(200), fc.constantFrom(0, 125, 126, 127, 65_535, 65_536, 70_000));
const control = fc.record({ opcode: fc.constantFrom(9, 10), fin: fc.constant(true), size: fc.nat(125) });
/** A message in fragments, with pings between them. */
const message = fc
  .array(fc.tuple(size, fc.array(control, { maxLength: 2 })), { minLength: 1, maxLength: 4 })
  .map((fragments): Frame[] =>
    fragments.flatMap(([bytes, controls], index) => [
      { opcode: index === 0 ? 1 : 0, fin: index === fragments.length - 1, size: bytes },
      ...(index === fragments.length - 1 ? [] : controls),
    ]),
  );

test('whatever pieces the bytes come in, nothing is unfinished after a message and something within it', () =>
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9_000 })),
      (messages, cuts) => {
        const progress = createFrameProgress();
        const steps = [...cuts, 5_000];
        let step = 0;
        for (const frames of messages) {
          const bytes = Buffer.concat(frames.map(encode));
          let ended = 0;
          for (let at = 0; at < bytes.length; ) {
            const next = Math.min(bytes.length, at + steps[step++ % steps.length]!);
            if (progress.take(bytes.subarray(at, next))) ended += 1;
            at = next;
            if (at < bytes.length) assert.ok(progress.unfinishedBytes >= 1);
          }
          assert.is(ended, 1);
          assert.is(progress.unfinishedBytes, 0);
        }
      },
    ),
  ));

test('bytes that came in many small pieces count for what the pieces cost', () => {
  const progress = createFrameProgress();
  const bytes = encode({ opcode: 1, fin: true, size: 10_000 });
  for (let at = 0; at < 1_000; at++) progress.take(bytes.subarray(at, at + 1));
  assert.ok(progress.unfinishedBytes > 100_000);
  const fragments = createFrameProgress();
  fragments.take(
    Buffer.concat(
      Array.from({ length: 1_000 }, (_, n) => encode({ opcode: n === 0 ? 1 : 0, fin: false, size: 0 })),
    ),
  );
  assert.ok(fragments.unfinishedBytes > 100_000);
});

test.run();
