import fastify from 'fastify';
import { Redis } from 'ioredis';
import { nanoid } from 'nanoid';
import { Pool } from 'pg';
import { type BenchBook, benchBooks } from '../../subjects/books.ts';
import { saysReady, settingsOf } from '../../subjects/program.ts';
import { readsPastCache } from '../reads-past-cache.ts';

/**
 * The service that most teams would write: fastify in front, books cached in Redis, books and orders in PostgreSQL. A
 * purchase is one statement, which is a transaction, and is answered when that is synced.
 */
const settings = settingsOf<{ host: string; user: string; redis: string; books: number; stock: number }>();
const CONNECTIONS = 20;
const CACHED_SECONDS = 60;
const UNIQUE_VIOLATION = '23505';

const pool = new Pool({ host: settings.host, user: settings.user, database: 'postgres', max: CONNECTIONS });
const redis = new Redis(settings.redis);

await pool.query(`
  CREATE TABLE books (
    id bigint PRIMARY KEY, title text NOT NULL, topic text NOT NULL, price numeric(12, 2) NOT NULL,
    stock bigint NOT NULL CHECK (stock >= 0), version bigint NOT NULL DEFAULT 1
  );
  CREATE INDEX ON books (topic);
  CREATE TABLE orders (
    id text PRIMARY KEY, book bigint NOT NULL REFERENCES books, title text NOT NULL, quantity bigint NOT NULL,
    price numeric(12, 2) NOT NULL, at timestamptz NOT NULL DEFAULT now()
  )`);
await pool.query(
  `INSERT INTO books (id, title, topic, price, stock)
   SELECT id, title, topic, price, stock
   FROM json_to_recordset($1) AS b(id bigint, title text, topic text, price numeric, stock bigint)`,
  [JSON.stringify(benchBooks(settings.books, 0, settings.stock))],
);
await pool.query('ANALYZE');

const BUY = {
  name: 'buy',
  text: `
    WITH sold AS (
      UPDATE books SET stock = stock - $2, version = version + 1
      WHERE id = $1 AND stock >= $2 RETURNING id, title, price, version
    ), kept AS (
      INSERT INTO orders (id, book, title, quantity, price) SELECT $3, id, title, $2, price FROM sold
    )
    SELECT id::int, title, price, version::int, (price * $2)::text AS total FROM sold`,
};
const FIND = {
  name: 'find',
  text: 'SELECT id::int, title, topic, price, stock::int, version::int FROM books WHERE id = $1',
};
const SEARCH = { name: 'search', text: 'SELECT id::int, title FROM books WHERE topic = $1 ORDER BY id' };

const app = fastify();

app.get<{ Params: { id: string }; Querystring: { consistency?: string } }>(
  '/info/:id',
  async (request, reply) => {
    const { id } = request.params;
    const key = `book:${id}`;
    reply.type('application/json; charset=utf-8');
    const isPast = readsPastCache(request.query);
    const cached = isPast ? null : await redis.get(key);
    if (cached !== null) return cached;
    const { rows } = await pool.query<BenchBook>({ ...FIND, values: [id] });
    if (!rows[0]) return reply.code(404).send({ code: 'unknown-book' });
    const text = JSON.stringify(rows[0]);
    if (!isPast) await redis.set(key, text, 'EX', CACHED_SECONDS);
    return text;
  },
);

app.get<{ Params: { topic: string } }>('/search/:topic', async (request, reply) => {
  const { topic } = request.params;
  const key = `topic:${topic}`;
  reply.type('application/json; charset=utf-8');
  const cached = await redis.get(key);
  if (cached !== null) return cached;
  const { rows } = await pool.query({ ...SEARCH, values: [topic] });
  const text = JSON.stringify(rows);
  await redis.set(key, text, 'EX', CACHED_SECONDS);
  return text;
});

const body = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'integer', minimum: 1 },
    quantity: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1 },
  },
} as const;

app.post<{ Body: { id: number; quantity: number } }>(
  '/purchase',
  { schema: { body } },
  async (request, reply) => {
    const { id, quantity } = request.body;
    const given = request.headers['idempotency-key'];
    const orderId = typeof given === 'string' ? given : nanoid();
    try {
      const { rows } = await pool.query({ ...BUY, values: [id, quantity, orderId] });
      const [sold] = rows;
      if (!sold) return reply.code(409).send({ code: 'sold-out', outcome: 'refused' });
      await redis.del(`book:${id}`);
      const { title, price, version, total } = sold;
      const lines = [{ id, title, quantity, price }];
      return reply.code(201).send({ orderId, status: 'confirmed', lines, total, version });
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      return reply.code(200).send({ orderId, status: 'confirmed' });
    }
  },
);

saysReady(await app.listen({ host: '127.0.0.1', port: 0 }));
