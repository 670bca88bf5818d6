/**
 * The port to a cache outside the process. It may be slow, dead, wiped or full of old values at any time; nothing
 * above it believes more than what the entries themselves prove. One suite (`test/gateway/`) runs over every
 * implementation: Redis and the simulated one.
 */
export interface KeyValueServer {
  /** True between `ready` and `closed`. */
  readonly ready: boolean;
  /** Why it is not `ready`, in the server's or the system's own words and without secrets; undefined if unknown. */
  readonly fault: string | undefined;
  observe(observer: KeyValueObserver): void;
  /** Names this run of the server: another after every restart. */
  runId(): Promise<string>;
  /** What the key holds. Somebody else may have put anything there; then it is `SPOILT` at worst. */
  get(key: string): Promise<Held | null>;
  /**
   * In one step: stores `value` for `expirySeconds` unless the key holds one with the same or a higher `asOf`.
   * Resolves to whether it did.
   */
  putIfNewer(key: string, asOf: number, value: string, expirySeconds: number): Promise<boolean>;
  /** In one step: forgets what the key holds if that is still `held`. */
  discard(key: string, held: Held): Promise<void>;
  /** Ends the connection for good; commands in flight fail. */
  close(): Promise<void>;
}

/** A value and the log index it was stored as of. */
export interface Held {
  readonly asOf: number;
  readonly value: string;
}

/** The server answers, and says no. The message is its own word, without secrets. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
}

/** Stands for what no `putIfNewer` can have written. */
export const SPOILT: Held = { asOf: Number.NaN, value: '' };

export interface KeyValueObserver {
  /** Connected, and the server has loaded its data. */
  ready(): void;
  /** The connection is gone, and no command that was in flight will be sent again. */
  closed(): void;
  /** A try to connect came to nothing; see `fault`. */
  failed?(): void;
}
