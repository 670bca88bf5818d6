import { asBazarError, type BazarError } from '../../runtime/errors.ts';

/** A failed write, with the command line that asks for the same again under the same key. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
  readonly fault: BazarError;
  readonly again: string;

  constructor(fault: BazarError, again: string) {
    super(fault.message);
    this.fault = fault;
    this.again = again;
  }
}

/** Waits for a write; where it fails, says how to ask again. */
export async function askAgainWith<T>(again: string, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw new WriteFailed(asBazarError(error), again);
  }
}
