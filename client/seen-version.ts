import type { Params } from '../gateway/bridge/operations/index.ts';

/**
 * How new the store is known to be: the highest version among all answers so far, which every read brings along, so that
 * none is shown less than a call before it, whichever gateway it comes to.
 */
export interface SeenVersion {
  readonly version: string | undefined;
  /** The version that stood beside an answer. */
  saw(version: string): void;
  /** What a read says of it. */
  asked(): Pick<Params<'info'>, 'minVersion'>;
  /** The store has not come to it: it was put back to what it was before, or another one is at its address. */
  forget(): void;
}

export function createSeenVersion(first?: string): SeenVersion {
  let highest = first;

  return {
    get version() {
      return highest;
    },
    saw(version) {
      if (
        highest === undefined ||
        storeOf(version) !== storeOf(highest) ||
        indexOf(version) > indexOf(highest)
      )
        highest = version;
    },
    asked: () => (highest === undefined ? {} : { minVersion: highest }),
    forget() {
      highest = undefined;
    },
  };
}

const storeOf = (version: string) => version.slice(0, version.lastIndexOf('.'));
const indexOf = (version: string) => Number(version.slice(version.lastIndexOf('.') + 1));
