import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { ERROR_KINDS, type ErrorCode } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { type Opened, TOKEN, withBridge } from '../bridge/support.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { calls } from './requests.ts';
import { rounds } from './rounds.ts';

interface Response {
  readonly jsonrpc: unknown;
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: unknown;
    readonly data?: Record<string, unknown>;
  };
}

/** A fresh connection: everything that came on it until an honest call after `frame` had its answer. */
async function answersTo(url: string, frame: string, asAdmin: boolean): Promise<unknown[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const received: unknown[] = [];
  const call = (id: string, method: string, params: object) =>
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
      socket.on('open', () => {
        if (asAdmin) call('admin', 'authenticate', { token: TOKEN });
        socket.send(frame);
        // In turn, so that whatever was asked before has its answer first.
        call('honest', 'books', { limit: 1 });
      });
      socket.on('message', (data) => {
        const message = JSON.parse(data.toString());
        if (message.id === 'admin') return;
        if (message.id !== 'honest') received.push(message);
        else if (message.result?.books?.length === 1) setImmediate(resolve, received);
        else reject(new Error(`the honest call got ${data}`));
      });
    });
  } finally {
    socket.terminate();
  }
}

/** The ids of the answers that are due to a frame, by the specification's own words; null where none can be told. */
function dueTo(frame: string): { ids: unknown[]; isBatch: boolean } {
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return { ids: [null], isBatch: false };
  }
  if (!Array.isArray(message)) return { ids: idsOf(message), isBatch: false };
  return message.length === 0
    ? { ids: [null], isBatch: false }
    : { ids: message.flatMap(idsOf), isBatch: true };
}

function idsOf(message: unknown): unknown[] {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return [null];
  const { jsonrpc, method, id } = message as Record<string, unknown>;
  const isShort = typeof id === 'string' && id.length <= DEFAULT_LIMITS.maxCallIdLength;
  const isId = isShort || id === null || (typeof id === 'number' && Number.isFinite(id));
  const isCall = jsonrpc === '2.0' && typeof method === 'string' && (id === undefined || isId);
  if (isCall && id === undefined) return [];
  return [isId ? id : null];
}

function checkResponse(response: Response): void {
  assert.is(response.jsonrpc, '2.0');
  assert.is(Number('result' in response) + Number('error' in response), 1);
  if (!response.error) return;
  const { code, message, data } = response.error;
  assert.type(message, 'string');
  if (code === -32700 || code === -32600) return;
  const known = String(data?.code) as ErrorCode;
  assert.ok(Object.hasOwn(ERROR_KINDS, known), known);
  assert.is.not(known, 'internal');
  assert.ok(['none', 'refused', 'unknown'].includes(String(data?.outcome)));
  const SPECIFIED: Partial<Record<ErrorCode, number>> = { 'not-found': -32601, 'invalid-request': -32602 };
  assert.is(code, SPECIFIED[known] ?? -32000);
}

async function checkFrame({ url }: Opened, frame: string, asAdmin: boolean): Promise<void> {
  const { ids, isBatch } = dueTo(frame);
  const messages = await answersTo(url, frame, asAdmin);
  const answers = messages.filter((message) => !isNotification(message));
  if (isBatch && ids.length > 0) assert.is(answers.length, 1);
  const responses = (isBatch ? answers.flat() : answers) as Response[];
  for (const response of responses) checkResponse(response);
  const spelled = (list: readonly unknown[]) => list.map((id) => JSON.stringify(id)).sort();
  assert.equal(spelled(responses.map(({ id }) => id)), spelled(ids), frame);
}

function isNotification(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && !('id' in message);
}

async function checkAll(frames: fc.Arbitrary<string>, numRuns: number): Promise<void> {
  // Wrong tokens are not slowed down, so that an answer is known to be missing when later ones are there.
  const limits = { freeTokenTries: Number.MAX_SAFE_INTEGER };
  await withBridge(async (opened) => {
    await fc.assert(
      fc.asyncProperty(frames, fc.boolean(), (frame, asAdmin) => checkFrame(opened, frame, asAdmin)),
      rounds(numRuns),
    );
    assert.ok(opened.service.listeners <= 1, 'no client left a listener behind');
  }, limits);
}

const ids = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.constant(undefined));
const messages = fc.tuple(calls, ids).map(([call, id]) => ({ jsonrpc: '2.0', id, ...call }));
const frames = fc.oneof(
  { weight: 3, arbitrary: messages },
  { weight: 1, arbitrary: fc.array(messages, { maxLength: 4 }) },
);

test('calls that are almost right get one documented answer each, and the next honest call is served', () =>
  checkAll(mutatedJson(frames), 500));

test('frames whose text was damaged get one documented answer each', () =>
  checkAll(mutatedText(frames.map((frame) => JSON.stringify(frame))), 300));

test('random text and random JSON get a documented answer', () =>
  checkAll(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.json(),
      fc.array(fc.jsonValue()).map((all) => JSON.stringify(all)),
    ),
    300,
  ));

test('random bytes, as text or not, get a documented answer or end that connection alone', () =>
  withBridge(async (opened) => {
    const { url } = opened;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, binary) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
        const ended = await new Promise<string>((resolve) => {
          socket.on('open', () => socket.send(bytes, { binary }));
          socket.on('message', (data) => resolve(data.toString()));
          socket.on('close', (code) => resolve(String(code)));
          socket.on('error', () => {});
        });
        if (ended !== '1007') checkResponse(JSON.parse(ended));
        socket.terminate();
      }),
      rounds(150),
    );
    await checkFrame(opened, '{"jsonrpc":"2.0","id":1,"method":"info","params":{"id":1}}', false);
  }));

test.run();
