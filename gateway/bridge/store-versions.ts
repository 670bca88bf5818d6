import * as z from 'zod';
import { BazarError } from '../../runtime/errors.ts';
import type { GatewayService, Served } from '../service.ts';

/**
 * How new what a client has seen is, as a text that it carries from one gateway to another: `CLUSTER.INDEX`, the name of
 * the store and a log index. Every answer says one; a read that brings it along is never shown less, whichever gateway
 * it comes to. The device is MongoDB's `afterClusterTime` and Elasticsearch's `wait_for_checkpoints`.
 */
export interface StoreVersions {
  /** The version of an answer that is given now; undefined while this gateway knows of none. */
  of(served?: Pick<Served<unknown>, 'asOf'>): string | undefined;
  /** Whether this gateway has come to that version already, so that nothing has to be waited for. */
  isReached(wanted: unknown): boolean;
  /** Resolves when it has. Rejects with `version-unknown` where no quorum of the store has. */
  reach(wanted: StoreVersion, deadline: number): Promise<void>;
}

/** The name of the header in which HTTP carries it, both ways. */
export const STORE_VERSION = 'X-Bazar-Version';

const TEXT = /^([\w.-]{1,64})\.(\d{1,15})$/;

/** As an answer told it, or by JSON-RPC the bare index of this store. */
export const StoreVersion = z.union([
  z.string().regex(TEXT, 'must be a version as an answer told it, like "shop.42"'),
  z.int().min(0),
]);
export type StoreVersion = z.infer<typeof StoreVersion>;

export function createStoreVersions(
  cluster: string,
  service: Pick<GatewayService, 'version' | 'reached' | 'reach'>,
): StoreVersions {
  let index = -1;
  let text = '';

  /** Made once for each index: most answers come between two changes. */
  function textOf(now: number): string {
    if (now !== index) [index, text] = [now, `${cluster}.${now}`];
    return text;
  }

  function indexOf(wanted: StoreVersion): number {
    if (typeof wanted === 'number') return wanted;
    const [, name, digits] = TEXT.exec(wanted) ?? [];
    if (name === cluster) return Number(digits);
    throw new BazarError(
      'version-unknown',
      `${STORE_VERSION} ${wanted} is of another store than this one, which is ${cluster}: ask without it.`,
    );
  }

  return {
    of(served) {
      const version = service.version();
      if (version === null) return undefined;
      // A catalog may have answered with more than the feed has brought here so far.
      return textOf(Math.max(version, served?.asOf ?? 0));
    },
    isReached(wanted) {
      if (wanted === text && index <= service.reached()) return true;
      const { success, data } = StoreVersion.safeParse(wanted);
      if (!success) return false;
      const isOurs = typeof data === 'number' || data.startsWith(`${cluster}.`);
      return isOurs && indexOf(data) <= service.reached();
    },
    async reach(wanted, deadline) {
      const least = indexOf(wanted);
      if (least > service.reached()) await service.reach(least, { deadline });
    },
  };
}
