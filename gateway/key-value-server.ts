/**
 * The port to a cache outside the process. It may be slow, dead, wiped or full of old values at any time; nothing
 * above it believes more than what the entries themselves prove. One suite (`test/gateway/`) runs over every
 * implementation: Redis and the simulated one.
 */
export interface KeyValueServer {
  /** True between `ready` and `closed`. */
  readonly ready: boolean;
  observe(observer: KeyValueObserver): void;
  /** Names this run of the server: another after every restart. */
  runId(): Promise<string>;
  get(key: string): Promise<string | null>;
  /**
   * In one step: stores `value` for `expirySeconds` unless the key holds one with the same or a higher `asOf`.
   * Resolves to whether it did.
   */
  putIfNewer(key: string, asOf: number, value: string, expirySeconds: number): Promise<boolean>;
  /** Ends the connection for good; commands in flight fail. */
  close(): Promise<void>;
}

export interface KeyValueObserver {
  /** Connected, and the server has loaded its data. */
  ready(): void;
  /** The connection is gone, and no command that was in flight will be sent again. */
  closed(): void;
}
