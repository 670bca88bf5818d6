import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as ws from 'ws';
import { createContext } from '../../gateway/bridge/create-context.ts';
import { createOperations } from '../../gateway/bridge/operations/index.ts';
import { createRpcConnection } from '../../gateway/bridge/rpc/connection.ts';
import { createMethods } from '../../gateway/bridge/rpc/methods.ts';
import { createPlainCalls } from '../../gateway/bridge/rpc/plain-calls.ts';
import { MAX_FRAMED, readTextFrames, textFrame } from '../../gateway/bridge/rpc/text-frames.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS as limits } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { NO_CURRENCY } from '../../runtime/money.ts';
import { BOOKS } from '../bridge/support.ts';
import { createMemoryService } from '../support/memory-service.ts';
import { mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

/** What is read and answered by hand on a WebSocket is what the library and the methods make of it. */

/** What `ws` does not declare. */
const { Sender: SENDER, Receiver: RECEIVER } = ws as unknown as {
  Sender: { frame(data: Buffer, options: object): Buffer[] };
  Receiver: new (options: { isServer: boolean }) => Writable;
};

const content = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(125, 126, 70_000).map((size) => Buffer.alloc(size, 'x')),
);
const mostly = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const frame = fc
  .record({
    data: content,
    opcode: mostly(1, fc.constantFrom(0, 2, 9, 10)),
    fin: mostly(true, fc.constant(false)),
    mask: mostly(true, fc.constant(false)),
  })
  .map(({ data, ...options }) =>
    Buffer.concat(SENDER.frame(data, { ...options, readOnly: true, rsv1: false })),
  );

/** What the library reads of it, until it finds fault. */
function readByLibrary(piece: Buffer, isServer: boolean): Promise<string[]> {
  const texts: string[] = [];
  const stream = new RECEIVER({ isServer }).on('message', (data: Buffer) => void texts.push(data.toString()));
  return new Promise((resolve) => {
    stream.on('error', () => resolve(texts));
    stream.write(piece, () => resolve(texts));
  });
}

test('texts that are read by hand are what the library reads', () =>
  fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.nat(300), async (frames, cut) => {
      const whole = Buffer.concat(frames);
      const piece = cut > 250 ? whole.subarray(0, whole.length - (cut - 250)) : whole;
      const before = Buffer.from(piece);
      const texts = readTextFrames(piece, 65_535);
      assert.ok(piece.equals(before), 'the library may have to read it yet');
      if (texts) assert.equal(texts, await readByLibrary(piece, true));
    }),
    rounds(300),
  ));

test('texts that are framed by hand are what the library reads', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })),
      fc.constantFrom(...['', 'é'.repeat(MAX_FRAMED), '中'.repeat(MAX_FRAMED), 'x'.repeat(MAX_FRAMED)]),
      async (texts, last) => {
        const all = [...texts, last];
        const frames = Buffer.from(all.map(textFrame).join(''), 'latin1');
        assert.equal(await readByLibrary(frames, false), all);
      },
    ),
    rounds(50),
  ));

const INFO = [
  '{"jsonrpc":"2.0","id":7,"method":"info","params":{"id":1}}',
  '{"jsonrpc":"2.0","method":"info","params":{"id":2},"id":"a-b_3"}',
  '{"jsonrpc":"2.0","id":0,"method":"info","params":{"id":3}}',
  '{"jsonrpc":"2.0","id":8,"method":"info","params":{"id":999}}',
];
const batch = fc.array(fc.constantFrom(...INFO), { maxLength: 4 }).map((calls) => `[${calls.join(',')}]`);

test('calls that are answered without reading JSON are answered as by their methods, to the byte', async () => {
  const service = await createMemoryService([{ ...BOOKS[0]!, title: 'Žižek, 中文' }, ...BOOKS.slice(1)]);
  service.cache = 'hit';
  const context = createContext({
    ...{ service, limits, clock: systemClock, currency: NO_CURRENCY, logger: silentLogger },
    ...{ cluster: 'shop', adminToken: 'a'.repeat(16), readerToken: 'r'.repeat(16) },
  });
  const told: string[] = [];
  const connection = createRpcConnection({
    line: {
      ...{ address: '127.0.0.1', isLocal: true, isOpen: true, backlogBytes: 0, isReady: true },
      send: (text) => void told.push(text),
      pause() {},
      resume() {},
      cut() {},
    },
    context,
    methods: createMethods(context, createOperations(limits, NO_CURRENCY)),
  });
  const answer = createPlainCalls(context);
  let plain = 0;
  const call = fc.oneof(fc.constantFrom(...INFO), batch);
  fc.assert(
    fc.property(fc.oneof(call, mutatedText(call)), (frame) => {
      const answered = answer(frame, { inFlight: 0 }, '127.0.0.1');
      if (answered === undefined) return;
      plain += 1;
      told.length = 0;
      // With a space it is not plain, and means the same.
      connection.received(`${frame} `);
      assert.equal(told, [answered], frame);
    }),
    rounds(1_000),
  );
  assert.ok(plain > 300, `${plain} were plain`);
});

test.run();
