/** What is known of a book, and the usual names of its columns. The first one that has something in it counts. */
const USUAL_NAMES = {
  id: ['id'],
  title: ['title', 'book title', 'product title', 'item name', 'name'],
  topic: ['topic', 'genre', 'category', 'categories', 'product category', 'product type'],
  // "Regular price" is WooCommerce's, "Variant Price" that of Shopify's earlier exports, "List Price" LibraryThing's.
  price: ['price', 'regular price', 'variant price', 'list price'],
  stock: [
    'stock',
    'quantity',
    'qty',
    'stock quantity',
    'variant inventory qty',
    'inventory quantity',
    'current quantity',
    'copies',
    'owned copies',
  ],
  authors: ['authors', 'author', 'primary author'],
  year: ['year', 'year published', 'publication year', 'pubdate', 'date', 'original publication year'],
  isbn: ['isbn13', 'isbn', 'isbn10', 'ean', 'gtin upc ean or isbn', 'gtin', 'variant barcode', 'barcode'],
  perCustomer: ['per customer', 'limit per customer'],
} as const;

export type Field = keyof typeof USUAL_NAMES;
export const FIELDS = Object.keys(USUAL_NAMES) as Field[];
const REQUIRED: readonly Field[] = ['title', 'topic', 'price', 'stock'];

const plainName = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
const FIELD_OF = new Map<string, Field>(
  FIELDS.flatMap((field) => USUAL_NAMES[field].map((name) => [plainName(name), field] as const)),
);

/** Which columns hold what, and what is said for every row. */
export interface Wishes {
  /** The column of the file in which a field is, such as `Bookshelves` for the topic. */
  readonly map?: Partial<Readonly<Record<Field, string>>>;
  /** A value for all rows, whatever the file says. */
  readonly set?: Partial<Readonly<Record<Field, string>>>;
}

export interface Columns {
  /** The places of the columns of each field, first the one that counts first. */
  readonly places: ReadonlyMap<Field, readonly number[]>;
  /** The names of the columns that are not read. */
  readonly ignored: readonly string[];
}

/** How many of these names are known: tells a header from the same text cut at the wrong character. */
export function knownNames(names: readonly string[], { map = {} }: Wishes): number {
  const mapped = Object.values(map).map(plainName);
  return names.filter((name) => fieldOf(name) || mapped.includes(plainName(name))).length;
}

/** The columns of a header; a sentence where they do not do. */
export function readColumns(names: readonly string[], { map = {}, set = {} }: Wishes): Columns | string {
  const placesOf = new Map<string, number[]>();
  for (const [at, name] of names.entries()) {
    const key = plainName(name);
    placesOf.set(key, [...(placesOf.get(key) ?? []), at]);
  }

  const places = new Map<Field, readonly number[]>();
  for (const field of FIELDS) {
    const wish = map[field];
    if (set[field] !== undefined) continue;
    const candidates = wish === undefined ? USUAL_NAMES[field] : [wish];
    const found = candidates.flatMap((name) => placesNamed(plainName(name), placesOf));
    if (wish !== undefined && found.length === 0) {
      return `there is no column "${wish}"; there are ${names.filter(Boolean).join(', ')}`;
    }
    const twice = candidates
      .map((name) => placesNamed(plainName(name), placesOf))
      .find(({ length }) => length > 1);
    if (twice)
      return tellTwice(
        field,
        twice.map((at) => names[at]!.trim()),
      );
    if (found.length > 0) places.set(field, found);
  }
  const missing = REQUIRED.filter((field) => !places.has(field) && set[field] === undefined);
  if (missing.length > 0) {
    const [example = ''] = missing;
    const advice = `--map ${example}=COLUMN or --set ${example}=VALUE says what it is`;
    const found = names.filter(Boolean).join(', ');
    return `the first row must name the columns; ${missing.join(', ')} missing among ${found}: ${advice}`;
  }
  const read = new Set([...places.values()].flat());
  return { places, ignored: names.filter((name, at) => name.trim() !== '' && !read.has(at)) };
}

function tellTwice(field: Field, names: readonly string[]): string {
  const [name = ''] = names;
  if (names.every((other) => plainName(other) === plainName(name)))
    return `the column ${name} is there twice`;
  return `there are several columns for the ${field}: ${names.join(', ')}; --map ${field}=COLUMN says which`;
}

function fieldOf(name: string): Field | undefined {
  const key = plainName(name);
  return FIELD_OF.get(key) ?? (key.startsWith(CURRENT) ? 'stock' : undefined);
}

/** Square names the place at the end: "Current Quantity Main Street". */
const CURRENT = plainName('current quantity');

function placesNamed(key: string, placesOf: ReadonlyMap<string, readonly number[]>): readonly number[] {
  if (key !== CURRENT) return placesOf.get(key) ?? [];
  return [...placesOf].filter(([name]) => name.startsWith(CURRENT)).flatMap(([, at]) => at);
}
