import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError, ERROR_KINDS, type ErrorCode } from '../../runtime/errors.ts';
import {
  decodeFrame,
  type Envelope,
  encodeAsk,
  encodeFailure,
  encodeReply,
  encodeTell,
  FrameError,
  MAX_TTL_MS,
} from '../../runtime/links/envelope.ts';
import { type AskType, MESSAGES, type MessageType, type TellType } from '../../runtime/messages.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { valuesOf } from './of-schema.ts';
import { rounds } from './rounds.ts';

const test = suite('frames');

const decode = (text: string) => decodeFrame(text, 1_000_000);
const isAsk = (type: MessageType): type is AskType => 'reply' in MESSAGES[type];
const TYPES = Object.keys(MESSAGES) as MessageType[];

const numbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const ttls = fc.integer({ min: 0, max: MAX_TTL_MS });
const errors = fc
  .record({
    code: fc.constantFrom(...(Object.keys(ERROR_KINDS) as ErrorCode[])),
    outcome: fc.constantFrom('none', 'refused', 'unknown'),
    message: fc.string({ unit: 'binary' }),
    // A field of that name is dropped, which is as well.
    details: fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.jsonValue(),
      {
        noNullPrototype: true,
      },
    ),
  })
  .map(({ code, message, details, outcome }) => new BazarError(code, message, clean(details), outcome));

/** An encoded envelope of one type in every form it has, with what must come out of it. */
function envelopesOf(type: MessageType): fc.Arbitrary<{ text: string; envelope: Envelope }> {
  const bodies = valuesOf(MESSAGES[type].body).map(clean);
  if (!isAsk(type)) {
    return bodies.map((body) => ({
      text: encodeTell(type as TellType, body as never),
      envelope: { kind: 'tell', type: type as TellType, body },
    }));
  }
  const asks = fc.tuple(bodies, numbers, ttls).map(([body, id, ttl]) => ({
    text: encodeAsk(type, id, ttl, body as never),
    envelope: { kind: 'ask' as const, type, id, ttl, body },
  }));
  const replies = fc.tuple(valuesOf(MESSAGES[type].reply).map(clean), numbers).map(([body, re]) => ({
    text: encodeReply(type, re, body as never),
    envelope: { kind: 'reply' as const, type, re, body },
  }));
  const failures = fc.tuple(errors, numbers).map(([error, re]) => ({
    text: encodeFailure(type, re, error),
    envelope: { kind: 'failure' as const, type, re, error },
  }));
  return fc.oneof(asks, replies, failures);
}

/** As JSON has it: no -0, nothing undefined. */
function clean<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

const anyEnvelope = fc.oneof(...TYPES.map(envelopesOf));

/** Equal as JSON has it; there -0 is 0, and `constructor` a name like any other. */
function same(got: Envelope, wanted: Envelope): void {
  assert.is(JSON.stringify(spelled(got)), JSON.stringify(spelled(wanted)));
}

function spelled(envelope: Envelope): unknown {
  if (envelope.kind !== 'failure') return envelope;
  const { code, outcome, message, details } = envelope.error;
  return { ...envelope, error: { code, outcome, message, details } };
}

/** Throws unless this is an envelope that this code itself could have sent, no less and no more. */
function checkExact(envelope: Envelope): void {
  const again = decode(`[${encodeAnew(envelope)}]`);
  assert.is(again.length, 1);
  same(again[0]!, envelope);
}

function encodeAnew(envelope: Envelope): string {
  switch (envelope.kind) {
    case 'ping':
      return '{"type":"ping"}';
    case 'tell':
      return encodeTell(envelope.type, envelope.body as never);
    case 'ask':
      return encodeAsk(envelope.type, envelope.id, envelope.ttl, envelope.body as never);
    case 'reply':
      return encodeReply(envelope.type, envelope.re, envelope.body as never);
    case 'failure':
      return encodeFailure(envelope.type, envelope.re, envelope.error);
  }
}

/** True if the frame was taken. Anything but envelopes that are exact or a `FrameError` fails the test. */
function tryDecode(text: string): boolean {
  let envelopes: Envelope[];
  try {
    envelopes = decode(text);
  } catch (error) {
    assert.instance(error, FrameError);
    return false;
  }
  for (const envelope of envelopes) checkExact(envelope);
  assert.is(({} as { polluted?: unknown }).polluted, undefined);
  return true;
}

for (const type of TYPES) {
  test(`of ${type} come out as they went in`, () => {
    fc.assert(
      fc.property(fc.array(envelopesOf(type), { minLength: 1, maxLength: 3 }), (envelopes) => {
        const got = decode(`[${envelopes.map(({ text }) => text)}]`);
        assert.is(got.length, envelopes.length);
        for (const [place, { envelope }] of envelopes.entries()) same(got[place]!, envelope);
      }),
      rounds(60),
    );
  });
}

test('that are almost right are taken as exact envelopes or refused with a FrameError', () => {
  const frames = fc.array(anyEnvelope, { minLength: 1, maxLength: 3 });
  let taken = 0;
  fc.assert(
    fc.property(mutatedJson(frames.map((all) => all.map(({ text }) => JSON.parse(text)))), (text) => {
      if (tryDecode(text)) taken++;
    }),
    rounds(4_000),
  );
  assert.ok(taken > 0);
});

test('whose text was damaged are taken as exact envelopes or refused with a FrameError', () => {
  const texts = anyEnvelope.map(({ text }) => `[${text}]`);
  fc.assert(fc.property(mutatedText(texts), tryDecodeOnly), rounds(4_000));
});

test('of random JSON, of random text and of random bytes are refused with a FrameError, or hold nothing wrong', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw).toString());
  const loose = fc.record({
    type: fc.oneof(fc.constantFrom(...TYPES, 'ping', '__proto__', 'constructor'), fc.string()),
    id: fc.option(fc.jsonValue(), { nil: undefined }),
    re: fc.option(fc.jsonValue(), { nil: undefined }),
    ttl: fc.option(fc.jsonValue(), { nil: undefined }),
    body: fc.jsonValue(),
    error: fc.option(fc.jsonValue(), { nil: undefined }),
  });
  const texts = fc.oneof(
    bytes,
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.array(loose).map((all) => JSON.stringify(all)),
  );
  fc.assert(fc.property(texts, tryDecodeOnly), rounds(3_000));
});

test('nested far too deeply are refused, not a stack overflow', () => {
  for (const [left, right] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"type":"ping","error":{"details":', ''],
  ] as const) {
    for (const depth of [10, 10_000, 200_000]) {
      assert.not(tryDecode(left.repeat(depth) + 1 + right.repeat(depth)));
    }
  }
});

function tryDecodeOnly(text: string): void {
  tryDecode(text);
}

test.run();
