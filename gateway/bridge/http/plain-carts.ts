import type { Limits } from '../../../runtime/limits.ts';
import type { BookId } from '../../../runtime/scalars.ts';

/** The carts that plain requests ask for, and the bodies of those that need none; any other body is for its route to read. */

const FACTS = ['id', 'quantity'];
const LINES = ['lines'];
/** A cart with more lines is not plain. */
const PLAIN_LINES = 10;

interface PlainLine {
  readonly id: BookId;
  readonly quantity: number;
}

type PlainCart = PlainLine | { readonly lines: readonly PlainLine[] };

type CartBounds = Pick<Limits, 'maxQuantity'>;

/** `{"id":1,"quantity":2}`, without the quantity, or a few of them: `{"lines":[…]}`. */
export function readCart(body: string, bounds: CartBounds): PlainCart | undefined {
  return cartOf(parsed(body), bounds);
}

/** A cart, and for how long its copies are to be held. */
export function readHold(
  body: string,
  bounds: CartBounds & Pick<Limits, 'minHoldMs' | 'maxHoldMs' | 'defaultHoldMs'>,
): (PlainCart & { readonly ttlMs: number }) | undefined {
  const given = parsed(body);
  if (typeof given !== 'object') return undefined;
  const { ttlMs = bounds.defaultHoldMs, ...rest } = given as { ttlMs?: unknown };
  const cart = cartOf(rest, bounds);
  return cart && isCount(ttlMs, bounds.maxHoldMs, bounds.minHoldMs) ? { ...cart, ttlMs } : undefined;
}

/** Nothing, or an object of nothing. */
export function isEmpty(body: string): boolean {
  return body === '' || body === '{}';
}

/** Undefined also for `null`, which is no body that anybody asks with. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) ?? undefined;
  } catch {
    return undefined;
  }
}

function cartOf(given: unknown, { maxQuantity }: CartBounds): PlainCart | undefined {
  if (!isObjectOf(given, LINES)) return readLine(given, maxQuantity);
  const { lines } = given;
  if (!Array.isArray(lines) || lines.length === 0 || lines.length > PLAIN_LINES) return undefined;
  const read = lines.map((line) => readLine(line, maxQuantity));
  return read.every((line) => line !== undefined) ? { lines: read } : undefined;
}

function readLine(given: unknown, maxQuantity: number): PlainLine | undefined {
  if (!isObjectOf(given, FACTS)) return undefined;
  const { id, quantity = 1 } = given;
  const isLine = isCount(id, Number.MAX_SAFE_INTEGER) && isCount(quantity, maxQuantity);
  return isLine ? { id, quantity } : undefined;
}

/** An object that has fields and none but these. */
function isObjectOf(given: unknown, names: readonly string[]): given is Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const found = Object.keys(given);
  return found.length > 0 && found.every((name) => names.includes(name));
}

function isCount(given: unknown, most: number, least = 1): given is number {
  return Number.isInteger(given) && (given as number) >= least && (given as number) <= most;
}
