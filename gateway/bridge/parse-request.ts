import type * as z from 'zod';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';

/** What was wrong with a request, in one sentence that names the field. */

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * `input` as `schema` has it. Throws `invalid-request` otherwise; `name` is what the whole input is called in the
 * sentence, e.g. `the body`.
 */
export function parseRequest<T extends z.ZodType>(
  schema: T,
  input: unknown,
  name: string,
  { maxFields } = DEFAULT_LIMITS,
): z.output<T> {
  if (hasMoreFields(input, maxFields))
    throw new BazarError('invalid-request', `${name} must have at most ${maxFields} fields in all`);
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new BazarError('invalid-request', complain(parsed.error.issues, input, name));
}

/** Whether all objects within have more fields together. A schema would complain of each, which takes long. */
function hasMoreFields(input: unknown, most: number): boolean {
  const inside = [input];
  let count = 0;
  for (let value = inside.pop(); value !== undefined; value = inside.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const isArray = Array.isArray(value);
    for (const key in value) {
      const part = (value as Record<string, unknown>)[key];
      const isObject = typeof part === 'object' && part !== null;
      if (isObject) inside.push(part);
      if ((isObject || !isArray) && ++count > most) return true;
    }
  }
  return false;
}

function complain(issues: readonly Issue[], input: unknown, name: string, base: Path = []): string {
  const issue = issues[0];
  if (!issue) return `${name} does not fit`;
  const path = [...base, ...issue.path];
  const value = at(input, path);
  if (
    issue.code === 'invalid_union' &&
    issue.errors.length > 0 &&
    value !== undefined &&
    isOwnWording(issue)
  ) {
    const closest = issue.errors.reduce((one, other) => (misfit(other) < misfit(one) ? other : one));
    return complain(closest, input, name, path);
  }
  return `${place(path) || name} ${complaint(issue, value)}`;
}

const texts = (values: readonly unknown[]) => values.map((one) => JSON.stringify(one)).join(', ');

/** True where the wording is zod's, not one that a schema was given. */
const isOwnWording = (issue: Issue) => /^(Invalid |Too small|Too big|Unrecognized )/.test(issue.message);

/** How far an alternative is from what was sent: another type altogether, other fields, or a few bad values. */
function misfit(issues: readonly Issue[]): number {
  const otherType = issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type');
  const otherFields = issues.some((issue) => issue.code === 'unrecognized_keys');
  return (otherType ? 10_000 : 0) + (otherFields ? 1_000 : 0) + Math.min(issues.length, 999);
}

function complaint(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is required';
  if (!isOwnWording(issue)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${NOUNS[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'too_small':
      return `must ${extent(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${extent(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_format':
      return 'has another form than it must have';
    case 'invalid_union':
      // Of a union that one field tells apart.
      return 'options' in issue ? `must be one of ${texts(issue.options as unknown[])}` : 'does not fit';
    case 'invalid_value':
      return `must be one of ${texts(issue.values)}`;
    case 'unrecognized_keys':
      return `has no field ${issue.keys
        .slice(0, 3)
        .map((key) => JSON.stringify(key.slice(0, 64)))
        .join(', ')}`;
    default:
      return `does not fit: ${issue.message}`;
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  array: 'an array',
  object: 'an object',
};

function extent(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${size} characters`;
  if (origin === 'array') return `have ${bound} ${size} elements`;
  return `be ${bound} ${size}`;
}

/** `lines[3].quantity` */
function place(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function at(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
