import fc from 'fast-check';

/** What honest clients ask of the bridges, to be mutated. Few ids and keys, so that requests meet each other. */

const id = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(Number.MAX_SAFE_INTEGER, 99));
const quantity = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom(1_000_000));
const price = fc.oneof(
  fc.constantFrom('10.00', '19.99', '0', '10000000.00', '1.5', 10, 19.99),
  fc.integer({ min: 0, max: 30 }),
);
const stock = fc.oneof(fc.nat(20), fc.constantFrom(1_000_000_000));
const key = fc.stringMatching(/^[A-Za-z0-9._~-]{1,4}$/);
const text = fc.oneof(
  fc.constantFrom('Xen', 'distributed systems', 'Ζορμπάς 源氏'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const line = fc.record({ id, quantity, price: optional(price) });
const lines = fc.array(line, { minLength: 1, maxLength: 4 });
const book = fc.record({
  id: optional(fc.integer({ min: 1, max: 9 })),
  title: text,
  topic: text,
  price,
  stock,
  authors: optional(text),
  year: optional(fc.integer({ min: -5000, max: 9999 })),
  isbn: optional(fc.constantFrom('9780306406157', '')),
});
const books = fc.array(book, { minLength: 1, maxLength: 3 });
const change = fc.oneof(
  fc.record({ price }),
  fc.record({ restock: fc.integer({ min: 1, max: 9 }), price: optional(price) }),
  fc.record({ stock }),
);
const consistency = optional(fc.constantFrom('default', 'strong'));
const page = { limit: optional(fc.integer({ min: 1, max: 1_000 })) };

export const cart = fc.oneof(line, fc.record({ lines }));

/** A route that takes a body, with an honest body for it. */
export const writes: fc.Arbitrary<{ method: string; path: string; route: string; body: unknown }> = fc.oneof(
  cart.map((body) => ({ method: 'POST', path: '/purchase', route: '/purchase', body })),
  fc
    .tuple(id, fc.record({ quantity: optional(quantity), price: optional(price) }))
    .map(([of, body]) => ({ method: 'POST', path: `/purchase/${of}`, route: '/purchase/{id}', body })),
  fc.oneof(book, books).map((body) => ({ method: 'POST', path: '/books', route: '/books', body })),
  fc
    .tuple(id, change)
    .map(([of, body]) => ({ method: 'PATCH', path: `/books/${of}`, route: '/books/{id}', body })),
);

/** The honest parameters of every JSON-RPC method. */
export const calls: fc.Arbitrary<{ method: string; params?: unknown }> = fc.oneof(
  fc.record({ method: fc.constant('search'), params: fc.record({ topic: text, consistency }) }),
  fc.record({ method: fc.constant('info'), params: fc.record({ id, consistency }) }),
  fc.record({
    method: fc.constant('books'),
    params: fc.record({ after: optional(id), ...page, consistency }),
  }),
  fc.record({
    method: fc.constant('topics'),
    params: fc.record({ after: optional(text), ...page, consistency }),
  }),
  fc.record({ method: fc.constant('order'), params: fc.record({ orderId: key, consistency }) }),
  fc.record({
    method: fc.constant('orders'),
    params: fc.record({ after: optional(key), ...page, consistency }),
  }),
  fc.record({ method: fc.constantFrom('status', 'audit'), params: fc.constant({}) }),
  fc.record({
    method: fc.constant('purchase'),
    params: fc.tuple(cart, optional(key)).map(([asked, orderId]) => ({ ...asked, orderId })),
  }),
  fc.record({
    method: fc.constantFrom('subscribe', 'unsubscribe'),
    params: fc.record({ ids: fc.array(id, { minLength: 1, maxLength: 3 }) }),
  }),
  fc.record({ method: fc.constantFrom('subscribe', 'unsubscribe'), params: fc.record({ topic: text }) }),
  fc.record({ method: fc.constant('authenticate'), params: fc.record({ token: text }) }),
  fc.record({
    method: fc.constant('addBooks'),
    params: fc.record({ books: fc.oneof(book, books), key: optional(key) }),
  }),
  fc.record({
    method: fc.constant('updateBook'),
    params: fc
      .tuple(id, change, optional(key))
      .map(([of, changed, under]) => ({ id: of, ...changed, key: under })),
  }),
);
