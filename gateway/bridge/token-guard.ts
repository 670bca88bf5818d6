import { LRUCache } from 'lru-cache';
import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Waits } from '../../runtime/waits.ts';

/**
 * Makes guessing tokens slow and heard of. After some wrong ones from an address each further one from there waits
 * before it is looked at, longer and longer. A right one waits as long, but it is never refused for what others of its
 * address have tried, so nobody can lock the shop's keeper out.
 */
export interface TokenGuard {
  /**
   * What `look` finds the token to be good for, when the address has waited; rejects with `unauthorized` where that is
   * nothing, or with `too-many-requests`.
   */
  check<T>(address: string, look: () => T | undefined): Promise<T>;
}

interface Guesser {
  /** Wrong tokens, and those that wait to be looked at. */
  tries: number;
  /** Local monotonic ms of the last wrong one. */
  at: number;
}

export function createTokenGuard(options: {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly waits: Waits;
}): TokenGuard {
  const { limits, clock, logger, waits } = options;
  const { freeTokenTries, tokenDelayMs, tokenDelayCapMs, maxTokenTriesWaiting } = limits;
  const guessers = new LRUCache<string, Guesser>({ max: limits.maxTokenAddresses });
  let waiting = 0;
  let unsaid = 0;
  let sayAgainAt = 0;

  function known(address: string): Guesser {
    const now = clock.monotonic();
    const guesser = guessers.get(address);
    if (guesser && now - guesser.at < limits.tokenForgetMs) return guesser;
    const fresh = { tries: 0, at: now };
    guessers.set(address, fresh);
    return fresh;
  }

  function delayOf({ tries }: Guesser): number {
    const beyond = tries - freeTokenTries;
    return beyond < 0 ? 0 : Math.min(tokenDelayCapMs, tokenDelayMs * 2 ** beyond);
  }

  async function waitFor(ms: number): Promise<void> {
    if (waiting >= maxTokenTriesWaiting) {
      throw new BazarError('too-many-requests', 'Too many tokens wait to be looked at.');
    }
    waiting++;
    await waits.pause(ms);
    waiting--;
  }

  function sayWrong(address: string, { tries }: Guesser): void {
    unsaid++;
    const now = clock.monotonic();
    if (now < sayAgainAt) return;
    const others = unsaid > 1 ? `, and ${unsaid - 1} more since the last such line` : '';
    logger.warn(`a wrong token from ${address} (${tries} of late)${others}`);
    unsaid = 0;
    sayAgainAt = now + limits.tokenLogMs;
  }

  return {
    async check<T>(address: string, look: () => T | undefined): Promise<T> {
      const guesser = known(address);
      const delay = delayOf(guesser);
      // Counted before it is looked at: of many at once each waits longer than the one before.
      guesser.tries++;
      try {
        if (delay > 0) await waitFor(delay);
        const found = look();
        if (found === undefined) {
          sayWrong(address, guesser);
          throw new BazarError('unauthorized');
        }
        guesser.tries--;
        return found;
      } catch (error) {
        guesser.at = clock.monotonic();
        throw error;
      }
    },
  };
}
