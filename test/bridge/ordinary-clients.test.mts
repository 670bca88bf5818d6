import { createRequire } from 'node:module';
import { Client, RequestManager, WebSocketTransport } from '@open-rpc/client-js';
import { Ajv } from 'ajv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRpc, TOKEN, withBridge } from './support.ts';

/** What the schema of OpenRPC means by a JSON Schema, as far as it refers to it. */
const JSON_SCHEMA = {
  $id: 'https://meta.json-schema.tools/',
  allOf: [{ $ref: 'http://json-schema.org/draft-07/schema#' }],
  definitions: { JSONSchemaObject: { properties: { $ref: { type: 'string' } } } },
};

/** Clients that others have written, against the bridge as it is. */

test('a JSON-RPC client from the shelf calls what takes no parameters, and what takes some by name', () =>
  withBridge(async ({ url }) => {
    const transport = new WebSocketTransport(`${url.replace('http', 'ws')}/ws`);
    const client = new Client(new RequestManager([transport]));
    try {
      await client.request({ method: 'authenticate', params: { token: TOKEN } }, 5_000);
      for (const params of [undefined, [], {}]) {
        const call = (method: string) => client.request({ method, params }, 5_000);
        assert.is((await call('status')).leader, 'catalog-1');
        assert.equal((await call('orders')).orders, []);
        assert.is((await call('books')).books.length, 3);
        assert.is((await call('audit')).consistent, true);
      }
      const order = await client.request({ method: 'purchase', params: { id: 1 } }, 5_000);
      assert.is(order.status, 'confirmed');
      const refusal = await client.request({ method: 'info', params: [1] }, 5_000).catch((error) => error);
      assert.is(refusal.code, -32602);
      assert.match(refusal.message, 'by name, for example {"id":1}');
    } finally {
      transport.close();
    }
  }));

test('what rpc.discover answers is an OpenRPC document, by the schema of OpenRPC', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const { result } = await client.call('rpc.discover');
    client.close();
    const { $schema: _, ...schema } = createRequire(import.meta.url)('@open-rpc/meta-schema').default;
    const ajv = new Ajv({ strict: false, logger: false }).addSchema(JSON_SCHEMA);
    ajv.addSchema({ $ref: JSON_SCHEMA.$id }, 'https://meta.json-schema.tools');
    const validate = ajv.compile(schema);
    assert.ok(validate(result), JSON.stringify(validate.errors?.slice(0, 3)));
  }));

test.run();
