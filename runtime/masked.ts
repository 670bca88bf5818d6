/**
 * An address without what it keeps secret: the password, and a user's name that may be one. It is for what people are
 * shown, so it takes also what is no address at all.
 */
export function masked(address: string): string {
  return address
    .replace(/^([\w+.-]*:?\/*).*@/s, '$1***@')
    .replace(/((?:password|username)=)[^&#]*/gi, '$1***');
}
