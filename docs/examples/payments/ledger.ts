import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** What became of one key, as it is kept. A captured payment that was made void stays here with both. */
export interface Entry {
  readonly key: string;
  readonly orderId: string;
  /** In the smallest unit of the currency, such as cents. */
  readonly amount: number;
  readonly status: 'captured' | 'declined' | 'voided';
}

/** The book of the payment service: each line of the file is an entry, and of a key the last one counts. */
export interface Ledger {
  of(key: string): Entry | undefined;
  entries(): Entry[];
  /** On the disk before this returns. */
  write(entry: Entry): void;
  close(): void;
}

export function openLedger(file: string): Ledger {
  const entries = new Map<string, Entry>();
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // What stands behind the last line's end was being written when the process died, and nobody had an answer to it.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of whole.split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as Entry;
    entries.set(entry.key, entry);
  }
  if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
  const descriptor = openSync(file, 'a');
  return {
    of: (key) => entries.get(key),
    entries: () => [...entries.values()],
    write(entry) {
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
      fsyncSync(descriptor);
      entries.set(entry.key, entry);
    },
    close: () => closeSync(descriptor),
  };
}
