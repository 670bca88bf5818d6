import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import {
  decodeFrame,
  encodeAsk,
  encodeFailure,
  encodeReply,
  encodeTell,
  FrameError,
  MAX_TTL_MS,
  PING,
} from '../../runtime/links/envelope.ts';

const test = suite('envelopes');

const decode = (text: string) => decodeFrame(text, 100_000);

function refuses(frame: unknown, because: RegExp): void {
  const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
  assert.throws(
    () => decode(text),
    (error: Error) => error instanceof FrameError && because.test(error.message),
    text,
  );
}

test('come out as they went in, in order', () => {
  const error = new BazarError('not-leader', 'catalog-2 leads', { leader: 'catalog-2' });
  const parts = [
    encodeTell('raft.voted', { term: 3, campaign: 3, pre: false, granted: true }),
    encodeAsk('read.index', 7, 1_500, { forwarded: true }),
    encodeReply('read.index', 7, { index: 42 }),
    encodeFailure('read.index', 8, error),
    PING,
  ];
  const [tell, ask, reply, failure, ping] = decode(`[${parts}]`);
  assert.equal(tell, {
    kind: 'tell',
    type: 'raft.voted',
    body: { term: 3, campaign: 3, pre: false, granted: true },
  });
  assert.equal(ask, { kind: 'ask', type: 'read.index', id: 7, ttl: 1_500, body: { forwarded: true } });
  assert.equal(reply, { kind: 'reply', type: 'read.index', re: 7, body: { index: 42 } });
  assert.equal(ping, { kind: 'ping' });
  assert.ok(failure?.kind === 'failure');
  const { code, outcome, message, details } = failure.error;
  assert.equal(
    [code, outcome, message, details],
    ['not-leader', 'none', 'catalog-2 leads', { leader: 'catalog-2' }],
  );
});

test('carry the time left as whole milliseconds, rounded up and bounded', () => {
  const ttl = (ms: number) => JSON.parse(encodeAsk('read.index', 1, ms, { forwarded: false })).ttl;
  assert.equal([ttl(0.2), ttl(99.5), ttl(1e12)], [1, 100, MAX_TTL_MS]);
});

test('with an error code from another version are internal, with the outcome they state', () => {
  const error = { code: 'from-the-future', outcome: 'refused', message: 'no', details: {} };
  const [failure] = decode(JSON.stringify([{ type: 'read.index', re: 1, error }]));
  assert.ok(failure?.kind === 'failure');
  assert.equal([failure.error.code, failure.error.outcome], ['internal', 'refused']);
});

test('with fields of another version lose them', () => {
  const [tell] = decode(
    '[{"type":"read.index","id":1,"ttl":5,"body":{"forwarded":true,"more":1},"trace":"x"}]',
  );
  assert.equal(tell, { kind: 'ask', type: 'read.index', id: 1, ttl: 5, body: { forwarded: true } });
});

test('are refused when they are not what the protocol sends', () => {
  const ask = { type: 'read.index', id: 1, ttl: 5, body: { forwarded: true } };
  refuses('', /JSON/);
  refuses('[', /JSON/);
  refuses('{}', /array/);
  refuses('null', /array/);
  refuses('[null]', /envelope/);
  refuses('[[]]', /envelope/);
  refuses([{ type: 'no.such' }], /unknown message type/);
  refuses([{ type: 'constructor' }], /unknown message type/);
  refuses('[{"type":"__proto__"}]', /unknown message type/);
  refuses([{ ...ask, id: undefined }], /neither an ask nor an answer/);
  refuses([{ ...ask, ttl: undefined }], /neither an ask nor an answer/);
  refuses([{ ...ask, id: 0 }], /envelope: id/);
  refuses([{ ...ask, id: 1.5 }], /envelope: id/);
  refuses([{ ...ask, ttl: -1 }], /envelope: ttl/);
  refuses([{ ...ask, ttl: 2 * MAX_TTL_MS }], /envelope: ttl/);
  refuses([{ ...ask, body: undefined }], /read.index/);
  refuses([{ ...ask, body: { forwarded: 'yes' } }], /read.index: forwarded/);
  refuses([{ type: 'read.index', re: 1, body: { index: -1 } }], /reply to read.index: index/);
  refuses([{ type: 'read.index', re: 1, error: { code: 'x', outcome: 'maybe' } }], /envelope: error/);
  refuses([ask, { ...ask, body: 1 }], /read.index/);
});

test('are refused unparsed when the frame is too long', () => {
  assert.throws(
    () => decodeFrame(`[${PING}${' '.repeat(100)}]`, 100),
    (error: Error) => error instanceof FrameError,
  );
});

test('of any bytes at all are decoded or refused with a FrameError, nothing else', () => {
  const junk = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.json(),
    fc.array(fc.jsonValue(), { maxLength: 5 }).map((values) => JSON.stringify(values)),
    fc
      .record({
        type: fc.oneof(fc.constantFrom('propose', 'raft.append', 'submit', 'status'), fc.string()),
        id: fc.option(fc.jsonValue(), { nil: undefined }),
        re: fc.option(fc.jsonValue(), { nil: undefined }),
        ttl: fc.option(fc.jsonValue(), { nil: undefined }),
        body: fc.jsonValue(),
        error: fc.option(fc.jsonValue(), { nil: undefined }),
      })
      .map((envelope) => JSON.stringify([envelope])),
  );
  fc.assert(
    fc.property(junk, (text) => {
      try {
        decode(text);
      } catch (error) {
        assert.instance(error, FrameError);
      }
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

test('ask for a trace and bring it only where it is wanted; all others are as short as ever', () => {
  const body = { forwarded: true };
  const span = { node: 'catalog-1', what: 'read.index', tookUs: 12, steps: [{ what: 'apply', atUs: 3 }] };
  const error = new BazarError('not-leader');
  const [ask, reply, failure] = decode(
    `[${encodeAsk('read.index', 1, 5, body, true)},${encodeReply('read.index', 1, { index: 4 }, span)},${encodeFailure('read.index', 1, error, span)}]`,
  );
  assert.equal(ask, { kind: 'ask', type: 'read.index', id: 1, ttl: 5, body, trace: true });
  assert.equal(reply, { kind: 'reply', type: 'read.index', re: 1, body: { index: 4 }, span });
  assert.ok(failure?.kind === 'failure');
  assert.equal(failure.span, span);
  assert.is(
    encodeAsk('read.index', 1, 5, body),
    '{"type":"read.index","id":1,"ttl":5,"body":{"forwarded":true}}',
  );
  assert.is(encodeReply('read.index', 1, { index: 4 }), '{"type":"read.index","re":1,"body":{"index":4}}');
  refuses([{ type: 'read.index', re: 1, body: { index: 4 }, span: { node: 'catalog-1' } }], /span/);
});

test.run();
