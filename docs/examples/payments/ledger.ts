import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What became of one key, as it is kept: of a payment, or of a refund of one. A payment that was made void stays here with both. */
export interface Entry {
  readonly key: string;
  readonly orderId: string;
  /** In the smallest unit of the currency, such as cents. */
  readonly amount: number;
  readonly status: 'captured' | 'declined' | 'voided' | 'refunded' | 'refused';
  /** Of a refund: the key of the payment that it is of. */
  readonly paymentKey?: string;
}

/** The book of the payment service: each line of the file is an entry, and of a key the last one counts. */
export interface Ledger {
  of(key: string): Entry | undefined;
  entries(): Entry[];
  /** On the disk before this returns. */
  write(entry: Entry): void;
  close(): void;
}

/** What the file has of each key. */
export function readEntries(file: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of wholeLines(file).split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as Entry;
    entries.set(entry.key, entry);
  }
  return entries;
}

export function openLedger(file: string): Ledger {
  const entries = readEntries(file);
  const descriptor = openSync(file, 'a');
  ftruncateSync(descriptor, Buffer.byteLength(wholeLines(file)));
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

/** What stands behind the end of the last line was being written when the process died, and nobody had an answer to it. */
function wholeLines(file: string): string {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text.slice(0, text.lastIndexOf('\n') + 1);
}
