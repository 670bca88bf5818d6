import { signal } from '@preact/signals';
import { browserClock } from './browser-clock.ts';

/** The page's one WebSocket: JSON-RPC 2.0, dialled again and again until it opens. */

export type SocketState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly since: number };

/** What a call came to that did not come to a result. `unknown`: it may have happened. */
export interface CallFailure {
  readonly code: string;
  readonly outcome: 'none' | 'refused' | 'unknown';
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A gateway that was killed is back within a second or two, so that long it is dialled at a steady pace. */
const FIRST_PAUSE_MS = 150;
const SOON_MS = 5_000;
const LONGEST_PAUSE_MS = 2_000;
const CALL_LIMIT_MS = 8_000;
/** Without a word for so long, over a socket that should tell figures, it counts as lost. */
const SILENCE_MS = 6_000;

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (failure: CallFailure) => void;
  readonly timer: number;
}

export const socketState = signal<SocketState>({ kind: 'connecting' });

const pending = new Map<number, PendingCall>();
const listeners = new Map<string, (params: never) => void>();
const openers: (() => void)[] = [];
let socket: WebSocket | undefined;
let lastId = 0;
let pauseMs = FIRST_PAUSE_MS;
let heardAt = 0;

/** Calls `run` whenever the socket has opened. */
export function onOpen(run: () => void): void {
  openers.push(run);
}

/** The handler of a notification. */
export function onNotification<Params>(method: string, handle: (params: Params) => void): void {
  listeners.set(method, handle as (params: never) => void);
}

/** Rejects with a `CallFailure`. */
export function call<Result>(method: string, params: object = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      return reject(failure('not-connected', 'none', 'There is no connection to the gateway.'));
    }
    const id = ++lastId;
    const late = () => settle(id)?.reject(failure('timeout', 'unknown', 'No answer has come in time.'));
    const timer = browserClock.setTimeout(late, CALL_LIMIT_MS);
    pending.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  });
}

export function failure(code: string, outcome: CallFailure['outcome'], message: string): CallFailure {
  return { code, outcome, message, data: {} };
}

function settle(id: number): PendingCall | undefined {
  const call = pending.get(id);
  pending.delete(id);
  browserClock.clearTimeout(call?.timer);
  return call;
}

export function openStoreSocket(): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const mine = new WebSocket(`${scheme}://${location.host}/ws`);
  socket = mine;
  mine.onopen = () => {
    pauseMs = FIRST_PAUSE_MS;
    heardAt = browserClock.monotonic();
    socketState.value = { kind: 'live' };
    for (const run of openers) run();
  };
  mine.onmessage = ({ data }) => {
    heardAt = browserClock.monotonic();
    receive(JSON.parse(data as string));
  };
  mine.onclose = () => socket === mine && lost();
}

function lost(): void {
  socket = undefined;
  const now = browserClock.monotonic();
  if (socketState.value.kind !== 'lost') socketState.value = { kind: 'lost', since: now };
  for (const id of [...pending.keys()]) {
    settle(id)?.reject(failure('link-lost', 'unknown', 'The connection was lost before the answer came.'));
  }
  browserClock.setTimeout(openStoreSocket, pauseMs);
  if (now - socketState.value.since > SOON_MS) pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
}

/** To be called now and then while news should come: a paused gateway closes nothing. */
export function checkSilence(): void {
  if (!socket || socketState.value.kind !== 'live') return;
  if (browserClock.monotonic() - heardAt < SILENCE_MS) return;
  socket.onclose = null;
  socket.close();
  lost();
}

/** Silence counts from now on: nobody had asked for news. */
export function forgetSilence(): void {
  heardAt = browserClock.monotonic();
}

interface SocketMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: never;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: Partial<CallFailure> };
}

function receive(message: SocketMessage): void {
  if (message.method !== undefined) {
    listeners.get(message.method)?.(message.params as never);
    return;
  }
  if (message.id === undefined) return;
  const call = settle(message.id);
  if (!call) return;
  if (!message.error) {
    call.resolve(message.result);
    return;
  }
  const { message: text, data = {} } = message.error;
  const { code = 'internal', outcome = 'unknown' } = data;
  call.reject({ code, outcome, message: text, data: data as Record<string, unknown> });
}
