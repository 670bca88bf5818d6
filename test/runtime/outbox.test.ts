import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createOutbox } from '../../runtime/links/outbox.ts';
import { manualClock } from '../support/manual-clock.ts';

const test = suite('the outbox');

function create(limits = { maxFrameBytes: 1_000, maxOutboxBytes: 5_000 }) {
  const clock = manualClock();
  const frames: string[] = [];
  const connection = {
    bufferedBytes: 0,
    send: (frame: string) => void frames.push(frame),
    close() {},
  };
  return { clock, frames, connection, outbox: createOutbox(connection, clock, limits) };
}

test('sends what one turn pushed as one frame, in order', () => {
  const { clock, frames, outbox } = create();
  for (const envelope of ['1', '2', '3']) assert.ok(outbox.push(envelope));
  assert.equal(frames, []);
  clock.advance(0);
  assert.equal(frames, ['[1,2,3]']);
  outbox.push('4');
  clock.advance(0);
  assert.equal(frames, ['[1,2,3]', '[4]']);
});

test('holds no byte more than its bound, brackets and commas included', () => {
  const { frames, outbox, clock } = create({ maxFrameBytes: 1_000, maxOutboxBytes: 10 });
  assert.ok(outbox.push('1234'));
  assert.not(outbox.push('5678'), '[1234,5678] has 11 bytes');
  assert.ok(outbox.push('567'));
  clock.advance(0);
  assert.equal(frames, ['[1234,567]']);
});

test('sends nothing in a turn that pushed nothing', () => {
  const { clock, frames, outbox } = create();
  outbox.flush();
  clock.advance(10);
  assert.equal(frames, []);
});

test('splits a turn into frames of the permitted size', () => {
  const { clock, frames, outbox } = create();
  const envelope = `"${'ü'.repeat(200)}"`;
  for (let i = 0; i < 5; i += 1) assert.ok(outbox.push(envelope));
  clock.advance(0);
  assert.is(frames.length, 3);
  for (const frame of frames) assert.ok(Buffer.byteLength(frame) <= 1_000);
  assert.equal(frames.flatMap((frame) => JSON.parse(frame)).length, 5);
});

test('takes an envelope that just fits into a frame, and none that is larger', () => {
  const { clock, frames, outbox } = create();
  assert.not(outbox.push('x'.repeat(999)));
  assert.ok(outbox.push('x'.repeat(998)));
  clock.advance(0);
  assert.equal(
    frames.map((frame) => frame.length),
    [1_000],
  );
});

test('is full when the connection has too much to send, and takes more once that has gone', () => {
  const { clock, connection, outbox } = create();
  connection.bufferedBytes = 4_900;
  assert.not(outbox.push('x'.repeat(200)));
  assert.ok(outbox.push('x'.repeat(50)));
  assert.not(outbox.push('x'.repeat(50)));
  connection.bufferedBytes = 0;
  clock.advance(0);
  assert.ok(outbox.push('x'.repeat(200)));
});

test('knows whether anything was pushed lately', () => {
  const { outbox } = create();
  assert.not(outbox.takeActivity());
  outbox.push('1');
  assert.ok(outbox.takeActivity());
  assert.not(outbox.takeActivity());
});

test.run();
