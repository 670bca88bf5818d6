import type { Store } from '../../storage/store.ts';
import { type RecordHash, recordHash, SetDigest } from './digest.ts';
import { Overlay } from './overlay.ts';

/** The records of one generation together with their digest: neither changes without the other. Keys are without the prefix. */
export class DigestedRecords {
  readonly overlay: Overlay;
  readonly digest = new SetDigest();

  constructor(store: Store, prefix: string) {
    this.overlay = new Overlay(store, prefix);
  }

  get(key: string): string | undefined {
    return this.overlay.get(key);
  }

  /** Puts a record of which there is surely none under that key yet; returns what it is in the digest. */
  add(key: string, text: string): RecordHash {
    const hash = recordHash(key, text);
    this.digest.add(hash);
    this.overlay.put(key, text);
    return hash;
  }

  /** Puts a record in the place of what there is. */
  put(key: string, text: string): RecordHash {
    this.#leave(key);
    return this.add(key, text);
  }

  remove(key: string): void {
    if (this.#leave(key)) this.overlay.remove(key);
  }

  /** Puts a record in the place of one of which it is known that it is there, and what it is in the digest. */
  replaceKnown(key: string, hash: RecordHash, text: string): RecordHash {
    this.digest.remove(hash);
    return this.add(key, text);
  }

  /** Removes a record of which it is known that it is there, and what it says. */
  removeKnown(key: string, text: string): void {
    this.digest.remove(recordHash(key, text));
    this.overlay.remove(key);
  }

  /** Takes the present record out of the digest; false where there is none. */
  #leave(key: string): boolean {
    const text = this.overlay.get(key);
    if (text === undefined) return false;
    this.digest.remove(recordHash(key, text));
    return true;
  }
}
