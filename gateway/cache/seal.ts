import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/**
 * What this cluster wrote into a cache that others can write to. A seal is HMAC-SHA256 over the whole key and the
 * text, by a key made of the cluster's secret that is good for nothing else. The whole key names the cluster, the
 * start of the store and the run of the server, so a text that is copied to another place there is no longer sealed.
 */
export interface Sealer {
  seal(key: string, text: string): string;
  /** The text, if it was sealed under this key. */
  open(key: string, sealed: string): string | undefined;
}

const SEAL_LENGTH = Buffer.alloc(32).toString('base64url').length;

export function createSealer(secret: string): Sealer {
  const own = createSecretKey(createHmac('sha256', secret).update('cache entries').digest());
  // The text is JSON and has no line feed in it, so that no two pairs of key and text are one message.
  const sealOf = (key: string, text: string) =>
    createHmac('sha256', own).update(`${key}\n${text}`).digest('base64url');

  return {
    seal: (key, text) => sealOf(key, text) + text,
    open(key, sealed) {
      const text = sealed.slice(SEAL_LENGTH);
      const given = Buffer.from(sealed.slice(0, SEAL_LENGTH));
      const right = Buffer.from(sealOf(key, text));
      return given.length === right.length && timingSafeEqual(given, right) ? text : undefined;
    },
  };
}
