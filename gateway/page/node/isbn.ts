/** What the store takes of `isbn3`, for its simulation in a browser: check digits, without the ranges of the publishers. */

const weighed = (digits: string, weight: (place: number) => number) =>
  [...digits].reduce((sum, digit, place) => sum + (digit === 'X' ? 10 : Number(digit)) * weight(place), 0);

const checksThirteen = (digits: string) => weighed(digits, (place) => 1 + 2 * (place % 2)) % 10 === 0;

function parseIsbn(text: string): { readonly isbn13: string } | null {
  const digits = text.replace(/[\s-]/g, '').toUpperCase();
  if (/^97[89]\d{10}$/.test(digits)) return checksThirteen(digits) ? { isbn13: digits } : null;
  if (!/^\d{9}[\dX]$/.test(digits) || weighed(digits, (place) => 10 - place) % 11 !== 0) return null;
  const stem = `978${digits.slice(0, 9)}`;
  return { isbn13: stem + [...'0123456789'].find((check) => checksThirteen(stem + check)) };
}

export { parseIsbn as parse };
