import type * as z from 'zod';
import { ERROR_KINDS, type ErrorCode } from '../../../runtime/errors.ts';
import { errorsOf, errorsOfAny } from '../operations/errors-of.ts';
import type { HttpRequest, Operation } from '../operations/operation.ts';
import { ProblemView } from '../problem.ts';
import { createSchemaBook, type SchemaBook } from '../schema-book.ts';
import { STORE_VERSION } from '../store-versions.ts';
import { PROBES } from './probes.ts';

/** Whose token a role takes; one of them is enough. */
const SCHEMES = { admin: ['adminToken'], reader: ['readerToken', 'adminToken'] } as const;

/** Headers that say where a read's answer came from. */
const READ_HEADERS = {
  'X-Served-By': {
    description: 'The catalog that answered; on a hit the gateway.',
    schema: { type: 'string' },
  },
  'X-Cache': { schema: { type: 'string', enum: ['hit', 'miss', 'bypass'] } },
  ETag: { description: 'The version.', schema: { type: 'string' } },
  [STORE_VERSION]: {
    description: 'How new the answer is: what another gateway is asked with it is not older.',
    schema: { type: 'string' },
  },
  Age: {
    description: 'Seconds since the answer is known to have been current.',
    schema: { type: 'integer' },
  },
};

/** The description of every route, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0). */
export function openApiDocument(operations: Readonly<Record<string, Operation>>): object {
  const book = createSchemaBook();
  const paths: Record<string, Record<string, object>> = {};
  const add = (method: string, url: string, description: object) => {
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: description };
  };

  for (const [name, operation] of Object.entries(operations)) {
    const { http } = operation;
    if (http) add(http.method, http.url, { operationId: name, ...describe(operation, http, book) });
  }
  for (const [url, { name, summary, answer, errors }] of Object.entries(PROBES)) {
    add('GET', url, {
      operationId: name,
      summary,
      tags: ['store'],
      responses: { ...answer, ...problems([...errors, ...errorsOfAny('http')], book) },
    });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bazar',
      description: 'A bookstore that never sells the same copy twice and never loses an acknowledged order.',
      version: '1',
    },
    paths,
    components: {
      securitySchemes: {
        adminToken: { type: 'http', scheme: 'bearer' },
        readerToken: { type: 'http', scheme: 'bearer' },
      },
      schemas: book.components,
    },
  };
}

function describe(operation: Operation, http: HttpRequest, book: SchemaBook): object {
  const { summary, kind, answers, role } = operation;
  const { revalidated } = kind;
  const responses: Record<number, object> = {};
  for (const [status, [description, shape]] of Object.entries(answers)) {
    const content = { 'application/json': { schema: book.schemaOf(shape, 'output') } };
    responses[Number(status)] = { description, content, ...(revalidated && { headers: READ_HEADERS }) };
  }
  if (revalidated) responses[304] = { description: 'The client’s copy (`If-None-Match`) is still right.' };
  return {
    summary,
    tags: [kind.readOnly ? 'reads' : 'writes'],
    parameters: [
      ...parametersOf(http.path, 'path', book),
      ...parametersOf(http.query, 'query', book),
      ...http.headers.map(({ header, schema }) => parameter(header, 'header', schema, book)),
    ],
    ...(http.body && {
      requestBody: {
        required: !http.body.safeParse({}).success,
        content: { 'application/json': { schema: book.schemaOf(http.body, 'input') } },
      },
    }),
    responses: { ...responses, ...problems(errorsOf(operation, 'http'), book) },
    ...(role && { security: SCHEMES[role].map((scheme) => ({ [scheme]: [] })) }),
  };
}

const parametersOf = (fields: z.ZodObject, place: string, book: SchemaBook) =>
  Object.entries(fields.shape).map(([name, schema]) => parameter(name, place, schema as z.ZodType, book));

function parameter(name: string, place: string, schema: z.ZodType, book: SchemaBook): object {
  const required = place === 'path' || !schema.safeParse(undefined).success;
  return { name, in: place, required, schema: book.schemaOf(schema, 'input') };
}

/** The errors by their status, each with what it means. */
function problems(codes: readonly ErrorCode[], book: SchemaBook): Record<number, object> {
  const content = { 'application/problem+json': { schema: book.schemaOf(ProblemView, 'output') } };
  const meanings = new Map<number, string[]>();
  for (const code of codes) {
    const { status, title } = ERROR_KINDS[code];
    meanings.set(status, [...(meanings.get(status) ?? []), `\`${code}\`: ${title}.`]);
  }
  return Object.fromEntries(
    [...meanings].map(([status, texts]) => [status, { description: texts.join(' '), content }]),
  );
}
