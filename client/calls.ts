import { fullJitterMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { createDeadlineWheel } from '../runtime/deadline-wheel.ts';
import { BazarError, type ErrorCode } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import type { ClientLimits } from './limits.ts';
import { encodeRequest } from './rpc.ts';

/** A request that is asked until it is answered or its time is over. */
export interface Request {
  readonly method: string;
  readonly params: object;
  readonly timeoutMs: number;
  /** The order id or idempotency key that makes asking again harmless; a read needs none. */
  readonly key?: string;
}

/** Where calls leave; the connection as the calls see it. */
export interface ClientSocket {
  readonly isOpen: boolean;
  readonly bufferedBytes: number;
  send(frame: string): void;
}

interface PendingCall {
  readonly id: number;
  readonly frame: string;
  readonly request: Request;
  /** Monotonic time in ms. */
  readonly deadline: number;
  state: 'waiting' | 'sent' | 'pausing';
  failures: number;
  /** A try may have taken effect: whatever comes later short of a decision, the outcome is unknown. */
  inDoubt: boolean;
  lastError: BazarError | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BazarError) => void;
}

/** A call that waits until `deadline` for its turn again. */
interface Pause {
  readonly call: PendingCall;
  readonly deadline: number;
}

/** Faults that pass; after these the same request is asked again. So it is after any unknown outcome. */
export const PASSING: ReadonlySet<ErrorCode> = new Set([
  'too-many-requests',
  'overloaded',
  'unavailable',
  'not-yet',
  'draining',
]);

/** The calls of one client that are not settled. */
export interface Calls {
  /** The answer's `result`, or a `BazarError` whose outcome covers every try that was made. */
  ask(request: Request): Promise<unknown>;
  answered(id: number, result: unknown): void;
  failed(id: number, error: BazarError): void;
  /** Sends what may be sent; to be called when the connection has opened. */
  pump(): void;
  /** The connection is gone, or could not be made: what had been sent is in doubt and waits for the next one. */
  disconnected(reason: string): void;
  /** Fails every call, also later ones. */
  close(): void;
}

/**
 * Keeps calls in the order in which they were made. Bounded: `maxInFlight` are sent, the others wait, and above
 * `maxCalls` new ones are refused. A call that the link took with it, or whose outcome is unknown, is sent again
 * under the same key until its deadline, so a write takes effect at most once.
 */
export function createCalls(options: {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ClientLimits;
  readonly outlet: ClientSocket;
}): Calls {
  const { clock, random, limits, outlet } = options;
  const calls = new Map<number, PendingCall>();
  const waiting = new Set<PendingCall>();
  let inFlight = 0;
  let lastId = 0;
  let linkFault = 'no connection yet';
  let closed = false;
  const deadlines = createDeadlineWheel<PendingCall>(clock, limits.tickMs, (call) => {
    expire(call);
    pump();
  });
  const pauses = createDeadlineWheel<Pause>(clock, limits.tickMs, ({ call }) => {
    if (!calls.has(call.id)) return;
    call.state = 'waiting';
    waiting.add(call);
    pump();
  });

  function ask(request: Request): Promise<unknown> {
    if (closed) return Promise.reject(new BazarError('unavailable', 'The client is closed'));
    if (calls.size >= limits.maxCalls) {
      return Promise.reject(new BazarError('overloaded', `${calls.size} calls are waiting already`));
    }
    const id = ++lastId;
    const frame = encodeRequest(id, request.method, request.params);
    const bytes = Buffer.byteLength(frame);
    if (bytes > limits.maxFrameBytes) {
      const message = `The request has ${bytes} bytes; ${limits.maxFrameBytes} are allowed`;
      return Promise.reject(new BazarError('too-large', message));
    }
    return new Promise((resolve, reject) => {
      const call: PendingCall = {
        id,
        frame,
        request,
        deadline: clock.monotonic() + request.timeoutMs,
        state: 'waiting',
        failures: 0,
        inDoubt: false,
        lastError: undefined,
        resolve,
        reject,
      };
      calls.set(id, call);
      waiting.add(call);
      deadlines.add(call);
      pump();
    });
  }

  function pump(): void {
    for (const call of waiting) {
      if (!outlet.isOpen || inFlight >= limits.maxInFlight) return;
      if (outlet.bufferedBytes >= limits.maxBufferedBytes) return;
      if (call.deadline <= clock.monotonic()) continue;
      waiting.delete(call);
      call.state = 'sent';
      inFlight += 1;
      outlet.send(call.frame);
    }
  }

  function answered(id: number, result: unknown): void {
    const call = takeSent(id);
    if (!call) return;
    forget(call);
    call.resolve(result);
    pump();
  }

  function failed(id: number, error: BazarError): void {
    const call = takeSent(id);
    if (!call) return;
    call.inDoubt ||= error.outcome === 'unknown';
    if (error.outcome === 'unknown' || PASSING.has(error.code)) pause(call, error);
    else reject(call, error);
    pump();
  }

  function disconnected(reason: string): void {
    linkFault = reason;
    for (const call of calls.values()) {
      if (call.state !== 'sent') continue;
      call.inDoubt = true;
      call.lastError = new BazarError('link-lost', `the connection was lost: ${reason}`);
      call.state = 'waiting';
      waiting.add(call);
    }
    inFlight = 0;
  }

  function close(): void {
    closed = true;
    for (const call of calls.values()) {
      call.inDoubt ||= call.state === 'sent';
      reject(call, new BazarError('unavailable', 'The client was closed before the answer came'));
    }
    deadlines.close();
    pauses.close();
  }

  /** The call that an answer is for; late answers are for none. */
  function takeSent(id: number): PendingCall | undefined {
    const call = calls.get(id);
    if (call?.state !== 'sent') return undefined;
    inFlight -= 1;
    return call;
  }

  function pause(call: PendingCall, error: BazarError): void {
    call.lastError = error;
    call.failures += 1;
    call.state = 'pausing';
    const backoff = { baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs };
    pauses.add({ call, deadline: clock.monotonic() + fullJitterMs(call.failures, random.next(), backoff) });
  }

  function expire(call: PendingCall): void {
    if (call.state === 'sent') {
      inFlight -= 1;
      call.inDoubt = true;
    }
    const seconds = `${call.request.timeoutMs / 1000} s`;
    if (call.inDoubt) {
      const why = call.lastError ? ` (${call.lastError.message})` : '';
      reject(call, new BazarError('outcome-unknown', `No answer within ${seconds}${why}`));
    } else if (call.lastError) {
      reject(call, call.lastError);
    } else {
      const fault = outlet.isOpen ? 'too many calls are before this one' : linkFault;
      reject(call, new BazarError('unavailable', `The store was not reached within ${seconds}: ${fault}`));
    }
  }

  /** Rejects with the outcome of all tries together. A read changes nothing, so nothing about it is in doubt. */
  function reject(call: PendingCall, error: BazarError): void {
    forget(call);
    const { code, message, details, outcome } = error;
    const { key } = call.request;
    if (key !== undefined) {
      const overall = call.inDoubt && outcome === 'none' ? 'unknown' : outcome;
      call.reject(error.with({ key: details.key ?? key }, message, overall));
    } else {
      const readCode = code === 'outcome-unknown' ? 'unavailable' : code;
      call.reject(new BazarError(readCode, message, details, outcome === 'unknown' ? 'none' : outcome));
    }
  }

  function forget(call: PendingCall): void {
    calls.delete(call.id);
    waiting.delete(call);
    deadlines.delete(call);
  }

  return { ask, answered, failed, pump, disconnected, close };
}
