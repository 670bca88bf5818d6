import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import createClient from 'openapi-fetch';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AS_ADMIN, withBridge } from '../bridge/support.ts';
import type { paths } from './bazar.d.ts';
import { generateTypes } from './generate.ts';

/** The OpenAPI document in the hands of those whom it is for: a validator, a generator of types, and a client. */

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  readonly operationId: string;
  readonly tags: string[];
  readonly parameters?: readonly { name: string; in: string; schema: { type?: string } }[];
}

test('the document is OpenAPI, with a name and a tag for every operation, and whole numbers where they are meant', () =>
  withBridge(async ({ url }) => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
    assert.ok(valid, JSON.stringify(errors));

    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    const names = operations.map(({ operationId }) => operationId);
    assert.is(new Set(names).size, names.length);
    for (const { path, operationId, tags, parameters = [] } of operations) {
      assert.ok(tags.length > 0, operationId);
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      assert.equal(inPath, path.match(/\{\w+\}/g) ?? [], operationId);
    }
    const numbers = operations.flatMap(({ operationId, parameters = [] }) =>
      parameters.filter(({ name }) => ['id', 'limit'].includes(name)).map((one) => ({ operationId, ...one })),
    );
    assert.ok(numbers.length > 5);
    for (const { operationId, name, schema } of numbers)
      assert.is(schema.type, 'integer', `${operationId} ${name}`);
  }));

test('the types that are made of it are those that the calls below are checked with', async () => {
  const checked = readFileSync(new URL('bazar.d.ts', import.meta.url), 'utf8');
  assert.is(await generateTypes(), checked, 'to be made anew: node --import tsx test/openapi/main.ts');
});

test('a client that was made of it does what the document says', () =>
  withBridge(async ({ url }) => {
    const store = createClient<paths>({ baseUrl: url });
    const headers = AS_ADMIN;

    const topic = await store.GET('/search/{topic}', { params: { path: { topic: 'distributed systems' } } });
    assert.equal(
      topic.data?.map(({ id }) => id),
      [1, 2],
    );
    const page = await store.GET('/info', { params: { query: { after: 1, limit: 1 } } });
    assert.is(page.data?.next, 2);

    const one = await store.POST('/purchase/{id}', { params: { path: { id: 1 } } });
    assert.is(one.response.status, 201);
    const keyed = { header: { 'Idempotency-Key': 'a-generated-order' } };
    const cart = await store.POST('/purchase', {
      params: keyed,
      body: { lines: [{ id: 1, quantity: 2 }, { id: 2 }] },
    });
    assert.is(cart.data?.total, '39.99');
    const order = await store.GET('/orders/{orderId}', {
      params: { path: { orderId: 'a-generated-order' } },
    });
    assert.is(order.data?.status, 'confirmed');
    const soldOut = await store.POST('/purchase', { body: { id: 3 } });
    assert.is(soldOut.error?.code, 'sold-out');

    const added = await store.POST('/books', {
      headers,
      body: [{ title: 'A generated book', topic: 'generated', price: '1.50', stock: 1 }],
    });
    const id = added.data!.added[0]!;
    const changed = await store.PATCH('/books/{id}', {
      headers,
      params: { path: { id } },
      body: { restock: 2 },
    });
    assert.is(changed.data?.stock, 3);
    assert.is((await store.GET('/info/{id}', { params: { path: { id } } })).data?.price, '1.50');
    assert.is((await store.GET('/orders', { headers })).data?.orders.length, 3);
    assert.is((await store.GET('/status')).data?.leader, 'catalog-1');
    assert.is((await store.GET('/audit', { headers })).data?.consistent, true);
    assert.is((await store.GET('/readyz')).data?.ready, true);
  }));

test.run();
