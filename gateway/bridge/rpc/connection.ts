import { isUtf8 } from 'node:buffer';
import { asBazarError, BazarError } from '../../../runtime/errors.ts';
import type { ConnectionLoad } from '../admission.ts';
import type { Context } from '../context.ts';
import { createReader } from '../pages.ts';
import { suffices } from '../roles.ts';
import { createAllBooksWatcher } from './all-books.ts';
import { createEventSubscriptions } from './event-subscriptions.ts';
import type { Method, MethodResult, RpcCaller } from './methods.ts';
import { createPlainCalls } from './plain-calls.ts';
import {
  encodeError,
  encodeResult,
  encodeUnreadable,
  PARSE_ERROR,
  type RpcCall,
  readCall,
  readFrame,
} from './protocol.ts';
import { createSpectator } from './spectators.ts';
import { createWatcher } from './subscriptions.ts';
import { createTurns } from './turns.ts';

/** The WebSocket under a connection. */
export interface Line {
  readonly address: string;
  /** The client is a program of this machine, and speaks for no other. */
  readonly isLocal: boolean;
  readonly isOpen: boolean;
  /** Bytes sent and not yet taken by the operating system. */
  readonly backlogBytes: number;
  /** False while the operating system has not taken what was sent; `drained` is called when it has. */
  readonly isReady: boolean;
  send(text: string): void;
  /** Reads nothing more from the client, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it without a closing handshake. */
  cut(reason: string): void;
}

/** One client's JSON-RPC connection. */
export interface RpcConnection {
  received(frame: string): void;
  /** A binary frame: JSON all the same, as many clients send it. */
  receivedBinary(frame: Buffer): void;
  drained(): void;
  closed(): void;
}

/** Takes an answer's text, undefined where none is due; `sent` is called once it has been handed to the line. */
type Respond = (text: string | undefined, sent?: () => void) => void;

/** The answers of one batch so far. */
interface Batch {
  readonly texts: string[];
  chars: number;
}

export function createRpcConnection(options: {
  readonly line: Line;
  readonly context: Context;
  readonly methods: ReadonlyMap<string, Method>;
}): RpcConnection {
  const { line, context, methods } = options;
  const {
    admission,
    subscriptions,
    allBooks,
    spectators,
    followers,
    pages,
    audits,
    metrics,
    limits,
    held,
    storeVersions,
    clock,
    logger,
  } = context;
  const load: ConnectionLoad = { inFlight: 0 };
  const plainCalls = createPlainCalls(context);
  const outlet = { send, isReady: () => line.isReady, cut: line.cut };
  const watcher = createWatcher(outlet);
  const allBooksWatcher = createAllBooksWatcher(outlet);
  const spectator = createSpectator(outlet, () => line.isLocal || caller.role !== undefined);
  const cut = () => line.cut('it does not read its answers');
  const readers = {
    pages: createReader(line.address, { gathers: true, cut }),
    audits: createReader(line.address, { gathers: true, cut }),
  };
  const caller: RpcCaller = {
    role: undefined,
    isLocal: line.isLocal,
    address: line.address,
    watcher,
    allBooksWatcher,
    spectator,
    eventSubscriptions: createEventSubscriptions({
      ...{ followers, outlet, whenTaken },
      mayRead: () => suffices(caller.role, 'reader'),
    }),
    reader: (heavy) => readers[heavy],
    whenTaken,
  };
  const queued = held.queues.open(line.cut);
  const backlog = held.backlogs.open(line.cut);
  const turns = createTurns(line, limits, queued);
  const untaken: (() => void)[] = [];
  /** The way of every request is told then, also of those that are answered at once. */
  const isDebugged = logger.isLevelEnabled('debug');
  /** Characters of answers that wait for the rest of their batches. */
  let batchedChars = 0;

  function whenTaken(taken: () => void): void {
    if (line.isOpen && !line.isReady) untaken.push(taken);
    else taken();
  }

  function send(text: string): void {
    if (!line.isOpen) return;
    if (line.backlogBytes > limits.maxClientBacklogBytes) line.cut('it does not read its answers');
    else line.send(text);
    weighBacklog();
  }

  function weighBacklog(): void {
    backlog.hold(batchedChars + (line.isReady ? 0 : line.backlogBytes));
  }

  function received(text: string): void {
    const answered = plainCalls(text, load, line.address);
    if (answered !== undefined) {
      send(answered);
      return;
    }
    const frame = readFrame(text, limits.maxInFlightPerConnection);
    if ('refusal' in frame) send(frame.refusal);
    else if ('batch' in frame) answerBatch(frame.batch);
    else {
      answer(frame.single, undefined, (answerText, sent) => {
        if (answerText !== undefined) send(answerText);
        sent?.();
      });
    }
  }

  /** The answers of a batch go out as one array, once the last is there; nothing if none is due. */
  function answerBatch(messages: readonly unknown[]): void {
    const batch: Batch = { texts: [], chars: 0 };
    const afterwards: (() => void)[] = [];
    let awaited = messages.length;
    const respond: Respond = (text, sent) => {
      if (text !== undefined) {
        batch.texts.push(text);
        batch.chars += text.length;
        batchedChars += text.length;
        weighBacklog();
      }
      if (sent) afterwards.push(sent);
      awaited -= 1;
      if (awaited > 0) return;
      batchedChars -= batch.chars;
      if (batch.texts.length > 0) send(`[${batch.texts.join(',')}]`);
      for (const run of afterwards) run();
    };
    for (const message of messages) answer(message, batch, respond);
  }

  function answer(message: unknown, batch: Batch | undefined, respond: Respond): void {
    const call = readCall(message, limits.maxCallIdLength);
    if ('refusal' in call) respond(call.refusal);
    else execute(call, batch, respond);
  }

  function execute(call: RpcCall, batch: Batch | undefined, respond: Respond): void {
    const method = methods.get(call.method);
    const started = clock.monotonic();
    const { id } = call;
    const held = isDebugged || isFull(load, batch) ? undefined : method?.held?.(call.params);
    if (held !== undefined && admission.admits(line.address)) {
      metrics.answered(`ws ${call.method}`, 'ok', (clock.monotonic() - started) / 1000);
      respond(id === undefined ? undefined : encodeResult(id, held, storeVersions.of()));
      return;
    }
    admission.enter(load);
    const route = method ? `ws ${call.method}` : 'ws unknown';
    const readOnly = method?.readOnly ?? true;
    const ended = (status: string) => {
      admission.leave(load);
      metrics.answered(route, status, (clock.monotonic() - started) / 1000);
    };
    const fail = (thrown: unknown, sent?: () => void) => {
      const error = asBazarError(thrown);
      if (error.code === 'internal') logger.error({ err: thrown }, `${route} failed`);
      ended(error.code);
      respond(id === undefined ? undefined : encodeError(id, error, readOnly, storeVersions.of()), sent);
    };
    const succeed = ({ json, version, sent }: MethodResult) => {
      if (batch && readOnly && isOver(batch)) {
        // What was to happen once the result had been sent happens all the same: others wait for it.
        fail(tooLarge(), sent);
        return;
      }
      ended('ok');
      respond(id === undefined ? undefined : encodeResult(id, json, version), sent);
    };
    perform(call, method, batch)
      .then(succeed, fail)
      .catch((error) => logger.error({ err: error }, `${route} failed`));
  }

  function isFull({ inFlight }: ConnectionLoad, batch: Batch | undefined): boolean {
    if (inFlight >= limits.maxInFlightPerConnection) return true;
    return batch !== undefined && isOver(batch);
  }

  function isOver({ chars }: Batch): boolean {
    return chars > limits.maxClientBacklogBytes;
  }

  /** Not a promise's function: nothing of the call but its id and its checked parameters may wait. */
  function perform(
    call: RpcCall,
    method: Method | undefined,
    batch: Batch | undefined,
  ): Promise<MethodResult> {
    try {
      admission.check(load, line.address);
      if (!method) throw new BazarError('not-found', `There is no method ${call.method.slice(0, 64)}.`);
      const { run, bytes } = method.prepare(call.params, caller);
      return method.inTurn ? turns.run(() => runInTurn(run, batch), bytes) : run();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function runInTurn(
    run: () => Promise<MethodResult>,
    batch: Batch | undefined,
  ): Promise<MethodResult> {
    // Nobody would take the answers of what still waits its turn, and pages cost too much to be read for nobody.
    if (!line.isOpen) throw new BazarError('unavailable', 'The client has gone.');
    if (batch && isOver(batch)) throw tooLarge();
    return run();
  }

  function drained(): void {
    weighBacklog();
    subscriptions.flush(watcher);
    allBooks.flush(allBooksWatcher);
    spectators.flush(spectator);
    turns.drained();
    for (const taken of untaken.splice(0)) taken();
  }

  return {
    received,
    receivedBinary(frame) {
      if (isUtf8(frame)) received(frame.toString());
      else send(encodeUnreadable(PARSE_ERROR, 'A frame must be UTF-8.'));
    },
    drained,
    closed() {
      queued.close();
      backlog.close();
      subscriptions.forget(watcher);
      allBooks.unsubscribe(allBooksWatcher);
      spectators.forget(spectator);
      caller.eventSubscriptions?.unsubscribe();
      pages.gone(readers.pages);
      audits.gone(readers.audits);
      turns.drained();
      for (const taken of untaken.splice(0)) taken();
    },
  };
}

const tooLarge = () =>
  new BazarError('too-large', 'The answers of this batch are too large; ask for less at a time.');
