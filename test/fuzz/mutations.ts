import fc from 'fast-check';

/** Values as they were meant, changed in a few places: what is almost right gets furthest. */

interface Edit {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'add' | 'wrap' | 'copy';
  readonly key: string;
  readonly value: unknown;
}

/** Values that programs trip over. */
const TROUBLE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e-308,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  '',
  ' ',
  '0',
  '1',
  '1e3',
  'NaN',
  '-1',
  '\uD800',
  '\0',
  '__proto__',
  'x'.repeat(5_000),
  [],
  {},
  [[]],
  [null],
  { length: -1 },
  { toJSON: 1 },
];

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  'id',
  'key',
  'type',
  'kind',
  '',
  'extra',
  '0',
];

const anyValue = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TROUBLE) },
  { weight: 1, arbitrary: fc.jsonValue() },
);

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    place: fc.nat(1_000),
    how: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'copy'),
    key: fc.constantFrom(...KEYS),
    value: anyValue,
  }),
  { minLength: 1, maxLength: 3 },
);

/** JSON text of a value after one to three changes of its structure. */
export function mutatedJson(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.tuple(valid, edits).map(([value, changes]) => {
    const root = { value: structuredClone(value) };
    for (const change of changes) apply(root, change);
    return JSON.stringify(root.value) ?? 'null';
  });
}

type Container = Record<string, unknown>;

function apply(root: Container, { place, how, key, value }: Edit): void {
  const places = placesIn(root);
  const [parent, at] = places[place % places.length]!;
  const present = parent[at];
  if (how === 'replace') set(parent, at, value);
  else if (how === 'wrap') set(parent, at, [present]);
  else if (how === 'copy') set(parent, at, places[(place * 7 + 1) % places.length]![0]);
  else if (how === 'add') set(isContainer(present) ? present : parent, key, value);
  else if (Array.isArray(parent)) parent.splice(Number(at), 1);
  else if (parent !== root) delete parent[at];
}

/** Every place of a value, its root included, as the container and the key in it. */
function placesIn(container: Container): [Container, string][] {
  return Object.entries(container).flatMap(([key, value]) => [
    [container, key] as [Container, string],
    ...(isContainer(value) ? placesIn(value) : []),
  ]);
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Puts a copy there, as JSON.parse does it, for which `__proto__` is a key like any other. */
function set(container: Container, key: string, given: unknown): void {
  const value = structuredClone(given);
  if (Array.isArray(container) && !/^\d+$/.test(key)) return void container.push(value);
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}

const SCRAPS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u',
  '\0',
  '\n',
  '-',
  '1e999',
  '-0',
  '.5',
  'NaN',
  'null',
  '//',
  '\uFEFF',
  'é',
];

/** A text with some characters lost, inserted, or everything after a place cut off. */
export function mutatedText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const harm = fc.record({
    at: fc.nat(10_000),
    lost: fc.nat(3),
    inserted: fc.oneof(fc.constant(''), fc.constantFrom(...SCRAPS)),
    isCut: fc.nat(9).map((n) => n === 0),
  });
  return fc.tuple(valid, fc.array(harm, { minLength: 1, maxLength: 3 })).map(([text, harms]) =>
    harms.reduce((harmed, { at, lost, inserted, isCut }) => {
      const place = at % (harmed.length + 1);
      return harmed.slice(0, place) + inserted + (isCut ? '' : harmed.slice(place + lost));
    }, text),
  );
}
