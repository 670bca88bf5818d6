/** Something that is measured: this store in some shape, another team's service, or a floor below which nothing can be. */
export interface Subject<R extends Running = Running> {
  /** As the tables call it. */
  readonly name: string;
  /** One line for people: what it is and what it promises. */
  readonly about: string;
  /** Starts it with everything it needs. Throws a `Missing` where this machine lacks a program. */
  start(): Promise<R>;
}

export interface Running {
  /** Where it answers HTTP or WebSockets; a floor without a door has none. */
  readonly url: string;
  /** The process that all its others descend from, or several such; of this process itself where nothing was started. */
  readonly pids: readonly number[];
  /** Takes no processor time until `wake`. What is idle by itself need not have it. */
  rest?(): void;
  wake?(): Promise<void>;
  stop(): Promise<void>;
}

/** The subject needs a program that is not here; it is skipped by name. */
export class Missing extends Error {
  override readonly name = 'Missing';
}
