import { StartRefused } from '../runtime/errors.ts';

/**
 * A store that is not what was written to it. LevelDB passes over damaged records in silence, so this is found by
 * checksums and gaps; a replica that started on it could forget what it acknowledged.
 */
export class DamagedStoreError extends StartRefused {
  readonly location: string;

  /** `found` completes the sentence "the store is damaged: …". */
  constructor(location: string, found: string) {
    super(
      `the store in ${location} is damaged: ${found}. ` +
        'Delete that directory and start again: this catalog comes back from the others, if they are whole',
    );
    this.location = location;
  }
}
