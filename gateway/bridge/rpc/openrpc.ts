import type * as z from 'zod';
import { ERROR_KINDS } from '../../../runtime/errors.ts';
import { errorsOf } from '../operations/errors-of.ts';
import { type Operation, variantsOf } from '../operations/operation.ts';
import { createSchemaBook, type SchemaBook } from '../schema-book.ts';
import { rpcCodeOf } from './protocol.ts';

/** The description of every JSON-RPC method, as OpenRPC 1.3 (https://spec.open-rpc.org). */
export function openRpcDocument(operations: readonly (readonly [name: string, Operation])[]): object {
  const book = createSchemaBook();
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Bazar',
      description: 'A bookstore that never sells the same copy twice and never loses an acknowledged order.',
      version: '1',
    },
    methods: operations.map(([name, operation]) => describe(name, operation, book)),
    components: { schemas: book.components },
  };
}

function describe(name: string, operation: Operation, book: SchemaBook) {
  const { summary, params, answers, result } = operation;
  const [[meaning, shape]] = Object.values(answers).slice(-1) as [[string, z.ZodType]];
  return {
    name,
    summary,
    paramStructure: 'by-name',
    params: paramsOf(variantsOf(params), book),
    result: { name: 'result', summary: meaning, schema: book.schemaOf(result ?? shape, 'output') },
    errors: errorsOf(operation, 'rpc').map((code) => ({
      code: rpcCodeOf(code),
      message: ERROR_KINDS[code].title,
      data: { code, outcome: ERROR_KINDS[code].outcome },
    })),
  };
}

/** The parameters of all variants; one is required if each variant requires it. */
function paramsOf(variants: readonly z.ZodObject[], book: SchemaBook): object[] {
  const params = new Map<string, object>();
  for (const [name, schema] of variants.flatMap(({ shape }) => Object.entries(shape))) {
    const required = variants.every(({ shape }) => shape[name] && !isOptional(shape[name] as z.ZodType));
    params.set(name, { name, required, schema: book.schemaOf(schema as z.ZodType, 'input') });
  }
  return [...params.values()];
}

const isOptional = (schema: z.ZodType) => schema.safeParse(undefined).success;
