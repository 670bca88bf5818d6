import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from '../../runtime/api.ts';
import { BazarError } from '../../runtime/errors.ts';

/** The words by which clients show who they are. */
export interface Tokens {
  readonly adminToken: string;
  readonly readerToken: string;
}

/** The role that a token gives. It compares in a time that says nothing about how much of the token was right. */
export function createRoles({ adminToken, readerToken }: Tokens): (token: string) => Role | undefined {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const admin = digest(adminToken);
  const reader = digest(readerToken);
  return (token) => {
    const shown = digest(token);
    const isReader = timingSafeEqual(shown, reader);
    if (timingSafeEqual(shown, admin)) return 'admin';
    return isReader ? 'reader' : undefined;
  };
}

/** An admin may read whatever a reader may. */
export function suffices(role: Role | undefined, needed: Role): boolean {
  return role === 'admin' || role === needed;
}

export function unauthorizedFor(needed: Role): BazarError {
  return new BazarError('unauthorized', `Call authenticate with the ${needed} token first.`);
}
