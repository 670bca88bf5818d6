import type { BookId } from '../../../runtime/scalars.ts';
import type { ConnectionLoad } from '../admission.ts';
import type { Context } from '../context.ts';
import { encodeHeld } from './protocol.ts';

/** The answer to a frame, where it is nothing but plain calls of `info` for books that the memory has. */
export type PlainCalls = (frame: string, load: ConnectionLoad, address: string) => string | undefined;

/** A call as the client library writes it, and others too: no member but these, in either order, and no space. */
const ID = /(0|[1-9]\d{0,14}|"[\w-]{1,36}")/.source;
const MAX_ID_LENGTH = 36;
const INFO = /"method":"info","params":\{"id":([1-9]\d{0,14})\}/.source;
const CALL = new RegExp(`\\{"jsonrpc":"2\\.0",(?:"id":${ID},${INFO}|${INFO},"id":${ID})\\}`, 'y');

/** Calls of a batch that is plain. */
const MAX_CALLS = 100;

interface Asked {
  /** As JSON, which is as it came. */
  readonly id: string;
  readonly bookId: BookId;
}

/**
 * Answers such frames as their calls would be answered one by one, without making objects of them: reading and writing
 * JSON costs more than all that is done for a book that is in the memory.
 */
export function createPlainCalls(context: Context): PlainCalls {
  const { heldBooks, storeVersions, admission, metrics, limits, clock, logger } = context;
  // The way of every request is told then, also of those that are answered at once.
  if (logger.isLevelEnabled('debug') || limits.maxCallIdLength < MAX_ID_LENGTH) return () => undefined;

  function textsOf(calls: readonly Asked[]): string[] | undefined {
    const texts: string[] = [];
    let chars = 0;
    for (const { bookId } of calls) {
      const held = heldBooks.find(bookId);
      if (!held) return undefined;
      texts.push(held.text);
      chars += held.text.length;
    }
    return chars < limits.maxClientBacklogBytes / 2 ? texts : undefined;
  }

  return (frame, { inFlight }, address) => {
    const isBatch = frame.startsWith('[');
    const calls = isBatch ? readBatch(frame) : readAlone(frame);
    if (!calls || calls.length > limits.maxInFlightPerConnection - inFlight) return undefined;
    const started = clock.monotonic();
    const texts = textsOf(calls);
    if (!texts || !admission.admits(address, calls.length)) return undefined;
    const version = storeVersions.of();
    const answers = texts.map((text, place) => encodeHeld(calls[place]!.id, text, version));
    const seconds = (clock.monotonic() - started) / 1000;
    for (const _ of calls) metrics.answered('ws info', 'ok', seconds);
    return isBatch ? `[${answers.join(',')}]` : answers[0];
  };
}

function readAlone(frame: string): readonly Asked[] | undefined {
  const call = readCall(frame, 0);
  return call && CALL.lastIndex === frame.length ? [call] : undefined;
}

function readBatch(frame: string): readonly Asked[] | undefined {
  const calls: Asked[] = [];
  const last = frame.length - 1;
  for (let at = 1; calls.length < MAX_CALLS; at = CALL.lastIndex + 1) {
    const call = readCall(frame, at);
    if (!call) return undefined;
    calls.push(call);
    const next = frame[CALL.lastIndex];
    if (next === ']' && CALL.lastIndex === last) return calls;
    if (next !== ',') return undefined;
  }
  return undefined;
}

/** The call at that place; `CALL.lastIndex` is behind it. */
function readCall(frame: string, at: number): Asked | undefined {
  CALL.lastIndex = at;
  const found = CALL.exec(frame);
  if (!found) return undefined;
  const [, id = found[4]!, bookId = found[3]!] = found;
  return { id, bookId: Number(bookId) };
}
