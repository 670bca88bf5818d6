/**
 * The port to a replica's disk: an ordered map of text keys and values. One suite (`test/storage/`) runs over
 * every implementation: LevelDB, memory-level, and the simulated disk.
 */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

/** Keys `gte ≤ key < lt` in code-unit order. */
export interface Range {
  readonly gte: string;
  readonly lt: string;
  readonly reverse?: boolean;
  /** Records at most; all if left out. */
  readonly limit?: number;
}

export interface Store {
  /** What to name to people when something is wrong with it: the directory, for LevelDB. */
  readonly location: string;
  /** The value under `key`, at once: what is not in memory costs one disk read. */
  get(key: string): string | undefined;
  /**
   * Writes all operations or none, and resolves once they would survive a power cut (LevelDB `sync: true`). The
   * caller keeps one batch in flight; later operations on a key win.
   *
   * After one write has failed, every later one fails with the same error: behind the half of a record that it may
   * have left in a journal, others would be lost at the next start. Reading goes on; writing, once it is opened anew.
   */
  write(operations: readonly StoreOperation[]): Promise<void>;
  /** Pages of records as they were when the iteration began, whatever is written meanwhile. */
  pages(range: Range, pageSize?: number): AsyncGenerator<readonly (readonly [key: string, value: string])[]>;
  /** Removes a range, page by page; not atomic. */
  clear(range: Range): Promise<void>;
  /** Whether so many bytes could be written now. */
  hasRoom(bytes: number): Promise<boolean>;
  close(): Promise<void>;
}
