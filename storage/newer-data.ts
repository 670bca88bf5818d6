import { StartRefused } from '../runtime/errors.ts';

/** Data of a program newer than this one, which would take it for damage, or lose what it does not know. */
export class NewerDataError extends StartRefused {
  /** `found` completes the sentence "the store was written by a newer program: …". */
  constructor(location: string, found: string) {
    super(
      `the store in ${location} was written by a newer program: ${found}. ` +
        'Start it with that program, or take another --data',
    );
  }
}
