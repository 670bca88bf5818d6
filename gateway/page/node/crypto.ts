import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** What the store takes of `node:crypto`, for its simulation in a browser. Nothing here guards a secret. */

const encoder = new TextEncoder();
const bytesOf = (data: string | Uint8Array) => (typeof data === 'string' ? encoder.encode(data) : data);

export function hash(_algorithm: 'sha256', data: string, encoding: string): string {
  return encoded(sha256(bytesOf(data)), encoding);
}

export function createHmac(_algorithm: 'sha256', key: string | Uint8Array) {
  const mac = hmac.create(sha256, bytesOf(key));
  return {
    update(data: string) {
      mac.update(bytesOf(data));
      return this;
    },
    digest(encoding?: string): Uint8Array | string {
      const made = mac.digest();
      return encoding === undefined ? made : encoded(made, encoding);
    },
  };
}

export const createSecretKey = (key: Uint8Array) => key;

export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function encoded(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'hex') return bytesToHex(bytes);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  if (encoding === 'binary') return text;
  if (encoding !== 'base64url') throw new Error(`there is no encoding ${encoding} here`);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
