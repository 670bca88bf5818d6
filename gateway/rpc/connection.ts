import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { ConnectionLoad } from '../admission.ts';
import type { Desk } from '../desk.ts';
import { createReader } from '../pages.ts';
import type { Caller, Method, Result } from './methods.ts';
import {
  type Call,
  encodeError,
  encodeResult,
  encodeUnreadable,
  PARSE_ERROR,
  readCall,
  readFrame,
} from './protocol.ts';
import { createWatcher, type Subscriptions } from './subscriptions.ts';

/** The WebSocket under a connection. */
export interface Line {
  readonly address: string;
  readonly isOpen: boolean;
  /** Bytes sent and not yet taken by the operating system. */
  readonly backlogBytes: number;
  /** False while the operating system has not taken what was sent; `drained` is called when it has. */
  readonly isReady: boolean;
  send(text: string): void;
  /** Ends it without a closing handshake. */
  cut(reason: string): void;
}

/** One client's JSON-RPC connection. */
export interface RpcConnection {
  received(frame: string): void;
  /** A frame that cannot be JSON text. */
  receivedBinary(): void;
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
  readonly desk: Desk;
  readonly methods: ReadonlyMap<string, Method>;
  readonly subscriptions: Subscriptions;
}): RpcConnection {
  const { line, desk, methods, subscriptions } = options;
  const { admission, pages, audits, metrics, limits, clock, logger } = desk;
  const load: ConnectionLoad = { inFlight: 0 };
  const watcher = createWatcher({ send, isReady: () => line.isReady });
  const cut = () => line.cut('it does not read its answers');
  const reader = createReader(line.address, { gathers: true, cut });
  const auditReader = createReader(line.address, { gathers: true, cut });
  const whenTaken = (taken: () => void) => void lineIsReady().then(taken);
  const caller: Caller = { watcher, reader, auditReader, whenTaken, isAdmin: false };
  const waitingForLine: (() => void)[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  function send(text: string): void {
    if (!line.isOpen) return;
    if (line.backlogBytes > limits.maxClientBacklogBytes) line.cut('it does not read its answers');
    else line.send(text);
  }

  function received(text: string): void {
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
      }
      if (sent) afterwards.push(sent);
      awaited -= 1;
      if (awaited > 0) return;
      if (batch.texts.length > 0) send(`[${batch.texts.join(',')}]`);
      for (const run of afterwards) run();
    };
    for (const message of messages) answer(message, batch, respond);
  }

  function answer(message: unknown, batch: Batch | undefined, respond: Respond): void {
    const call = readCall(message);
    if ('refusal' in call) respond(call.refusal);
    else execute(call, batch, respond);
  }

  function execute(call: Call, batch: Batch | undefined, respond: Respond): void {
    const method = methods.get(call.method);
    const started = clock.monotonic();
    admission.enter(load);
    perform(call, method, batch).then(
      ({ json, sent }) => {
        ended(call, method, 'ok', started);
        respond(call.id === undefined ? undefined : encodeResult(call.id, json), sent);
      },
      (thrown) => {
        const error = asBazarError(thrown);
        if (error.code === 'internal') logger.error({ err: thrown }, `${call.method} failed`);
        ended(call, method, error.code, started);
        const readOnly = method?.readOnly ?? true;
        respond(call.id === undefined ? undefined : encodeError(call.id, error, readOnly));
      },
    );
  }

  function ended({ method: name }: Call, method: Method | undefined, status: string, started: number): void {
    admission.leave(load);
    metrics.answered(method ? `ws ${name}` : 'ws unknown', status, (clock.monotonic() - started) / 1000);
  }

  async function perform(call: Call, method: Method | undefined, batch: Batch | undefined): Promise<Result> {
    admission.check(load, line.address);
    if (!method) throw new BazarError('not-found', `There is no method ${call.method.slice(0, 64)}.`);
    if (!method.inTurn) return method.call(call.params, caller);
    const mine = turn.then(async () => {
      await lineIsReady();
      // Nobody would take the answers of what still waits its turn, and pages cost too much to be read for nobody.
      if (!line.isOpen) throw new BazarError('unavailable', 'The client has gone.');
      if (batch && batch.chars > limits.maxClientBacklogBytes) {
        throw new BazarError('too-large', 'The answers of this batch are too large; ask for less at a time.');
      }
      return method.call(call.params, caller);
    });
    turn = mine.catch(() => {});
    return mine;
  }

  function lineIsReady(): Promise<void> {
    if (line.isReady || !line.isOpen) return Promise.resolve();
    return new Promise((resolve) => waitingForLine.push(resolve));
  }

  function drained(): void {
    subscriptions.flush(watcher);
    for (const resolve of waitingForLine.splice(0)) resolve();
  }

  return {
    received,
    receivedBinary: () => send(encodeUnreadable(PARSE_ERROR, 'Frames must be text.')),
    drained,
    closed() {
      subscriptions.forget(watcher);
      pages.gone(reader);
      audits.gone(auditReader);
      drained();
    },
  };
}
