import { customRandom, nanoid, urlAlphabet } from 'nanoid';

/** The one door to chance. Everything outside this file takes a `Random`. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /**
   * A fresh identifier of 21 URL-safe characters (126 bits), as nanoid makes them. It begins with a letter or a digit,
   * so that no command line takes it for an option.
   */
  id(): string;
}

/** Chance from the operating system. */
export const systemRandom: Random = {
  next: () => Math.random(),
  integer: (below) => Math.floor(Math.random() * below),
  id: () => fitForCommandLine(nanoid()),
};

const fitForCommandLine = (id: string) => id.replace(/^[-_]/, '0');

/**
 * Chance that is decided by a seed: the same seed gives the same sequence on every machine.
 *
 * The generator is mulberry32 (Tommy Ettinger, 2017): 32 bits of state, good enough to drive a simulation,
 * never to make a secret.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number) => Math.floor(next() * below);
  const make = customRandom(urlAlphabet, 21, (bytes) =>
    Uint8Array.from({ length: bytes }, () => integer(256)),
  );
  return { next, integer, id: () => fitForCommandLine(make()) };
}
