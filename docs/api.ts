import { writeFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { PROBES } from '../gateway/bridge/http/probes.ts';
import { type Door, errorsOf } from '../gateway/bridge/operations/errors-of.ts';
import { createOperations, type OperationName } from '../gateway/bridge/operations/index.ts';
import { type Operation, variantsOf } from '../gateway/bridge/operations/operation.ts';
import { rpcCodeOf } from '../gateway/bridge/rpc/protocol.ts';
import { createSchemaBook } from '../gateway/bridge/schema-book.ts';
import { StockAnswer } from '../runtime/api.ts';
import { ERROR_KINDS, type ErrorCode, OUTSIDE_ERRORS } from '../runtime/errors.ts';
import { EventNotice } from '../runtime/event-answers.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';
import { FiguresAnswer, ToldHappening } from '../runtime/watch-answers.ts';
import { askExamples, askStockNotification, type Example, withStore } from './api/examples.ts';
import { jsonText } from './api/json-text.ts';
import { type Schema, schemaText } from './api/schema-text.ts';

/**
 * Writes `docs/api.md` from the list of operations, with examples that are asked of a real bridge; a test compares the two.
 *
 *     node --import tsx docs/api.ts
 */
const BASE = 'http://127.0.0.1:8080';

/** Errors of HTTP itself, of a body, or of who comes by which name. */
const HTTP_ONLY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'method-not-allowed',
  'foreign-origin',
  'foreign-host',
  'upgrade-required',
  'request-timeout',
  'malformed-http',
  'malformed-json',
  'unsupported-media-type',
]);

const HEAD = `# The API

Generated from [the operations](../gateway/bridge/operations/operation.ts) by \`node --import tsx docs/api.ts\`; a test
fails when this file is not what the code gives. The examples were asked of a gateway's bridge over the sample books, and
the answers are what came back. A store tells the same of itself: \`GET /openapi.json\` for HTTP (OpenAPI 3.1), \`rpc.discover\`
for JSON-RPC (OpenRPC).

[HTTP](#http) · [JSON-RPC](#json-rpc) · [Who may ask](#who-may-ask) · [Errors](#errors) ·
[Operations](#operations) · [Notifications](#notifications) · [Other addresses](#other-addresses) · [Shapes](#shapes)

## HTTP

Bodies are JSON. Unknown fields of a body are refused, those of a query are ignored. An error is \`application/problem+json\`
(RFC 9457). These headers say more than the body:

| header | of | what it says |
|---|---|---|
| \`Idempotency-Key\` | a write, asked | the key of the request: the same key again gets the recorded answer. It may be quoted |
| \`Idempotent-Replayed: true\` | a write, answered | this is the answer that an earlier request with the same key got |
| \`If-Match\` | a change of a book, asked | the version that it must have; otherwise 412 \`version-changed\` |
| \`ETag\` | a read of books and orders, a write of one of them; answered | the version of what was read, or of what the write made of it |
| \`If-None-Match\` | a read, asked | 304 without a body where the version is still this |
| \`X-Served-By\` | all | of a read the catalog, or the gateway on a hit; of a write the order replica and the leading catalog |
| \`X-Cache\` | a read, answered | \`hit\`, \`miss\` or \`bypass\` |
| \`Age\` | a read, answered | seconds since the answer is known to have been current |
| \`X-Bazar-Version\` | all, answered | \`STORE.INDEX\`: how new the store is known to be |
| \`X-Bazar-Version\` | a read, asked | what another answer said; the answer shows no less, whichever gateway gives it |
| \`Link: <…>; rel="next"\` | a search, answered | where it goes on, if that was not all |
| \`Retry-After\` | 429 and 503 | seconds after which to ask again |

## JSON-RPC

JSON-RPC 2.0 over a WebSocket at \`/ws\`, one message or batch a frame. Parameters are given by name; none may be left
out or \`[]\`. Results are the bodies that HTTP has; a repeated write adds \`replayed: true\`, and \`explain: true\` adds \`via\`
to reads and writes, which is what \`X-Served-By\` says. Beside \`result\` or \`error\` stands \`version\`, which is what \`X-Bazar-Version\`
says; reads take it, or its bare index, as \`minVersion\`. The calls of one connection are worked on side by side, except those that may have
large answers, which take turns. In the examples \`→\` is what the client sends.

## Who may ask

*Anybody* needs no token. A *reader* shows the token in \`DATA/reader-token\`, an *admin* the one in \`DATA/admin-token\`, who
may also do whatever a reader may: by HTTP \`Authorization: Bearer TOKEN\`, by JSON-RPC
[\`authenticate\`](#authenticate) once for the connection. A token that is shown must be right, also where none is needed.
Web pages of other origins may neither write nor list orders nor open a socket, unless \`--cors\` names them.

## Errors

\`outcome\` says whether a write happened:

- \`none\`: it did not, and will not.
- \`refused\`: it was decided, and the answer is no.
- \`unknown\`: it may have. Ask again with the same key; until then an order that is not found may still come to be.

By JSON-RPC \`data.code\` and \`data.outcome\` are the two. In a read's error \`unknown\` becomes \`none\`.

| code | means | outcome | HTTP | JSON-RPC |
|---|---|---|---|---|
${Object.entries(OUTSIDE_ERRORS)
  .map(([code, { title, outcome, status }]) => {
    const byRpc = HTTP_ONLY.has(code as ErrorCode) ? '' : rpcCodeOf(code as ErrorCode);
    return `| \`${code}\` | ${title} | ${outcome} | ${status} | ${byRpc} |\n`;
  })
  .join('')}
What JSON-RPC itself has a number for: −32700 is no JSON, −32600 no request, −32601 no such method, −32602 parameters that do not fit.
`;

const ROLES = { admin: 'an admin', reader: 'a reader' } as const;

/** The text of `docs/api.md`. */
export async function apiDocument(): Promise<string> {
  const operations = Object.entries(createOperations(DEFAULT_LIMITS)) as [OperationName, Operation][];
  const book = createSchemaBook();
  const schemaOf = (type: z.ZodType, io: 'input' | 'output') => book.schemaOf(type, io) as Schema;

  function paramRows(operation: Operation): string[] {
    const variants = variantsOf(operation.params);
    const names = new Set(variants.flatMap(({ shape }) => Object.keys(shape)));
    return [...names].map((name) => {
      const having = variants.filter(({ shape }) => name in shape);
      const types = having.map(({ shape }) => shape[name] as z.ZodType);
      const schema = schemaOf(types[0]!, 'input');
      const isNeeded = types.every((type) => !type.safeParse(undefined).success);
      const needed = isNeeded
        ? having.length === variants.length
          ? 'yes'
          : 'in its variant'
        : standardOf(schema);
      const { description = '' } = schema;
      return `| \`${name}\` | ${placeOf(operation, name)} | ${schemaText(schema)} | ${needed} | ${description} |\n`;
    });
  }

  function section(name: string, operation: Operation, examples: readonly Example[]): string {
    const { summary, role, http, httpOnly, answers, result } = operation;
    const doors = [http && `\`${http.method} ${http.url}\``, !httpOnly && `JSON-RPC \`${name}\``].filter(
      Boolean,
    );
    const rows = paramRows(operation);
    const answerRows = Object.entries(answers).map(
      ([status, [meaning, shape]]) =>
        `| ${http ? status : ''} | ${meaning} | ${schemaText(schemaOf(shape, 'output'))} |\n`,
    );
    if (result) {
      answerRows.push(`| JSON-RPC | The same. | ${schemaText(schemaOf(result, 'output'))} |\n`);
    }
    return [
      `### ${name}\n\n${summary}. For ${role ? ROLES[role] : 'anybody'}.\n\n${doors.join(' · ')}\n`,
      rows.length > 0 &&
        `| parameter | by HTTP | is | needed | means |\n|---|---|---|---|---|\n${rows.join('')}`,
      `| answer | means | is |\n|---|---|---|\n${answerRows.join('')}`,
      `May end with ${errorsText(operation)}.\n`,
      ...examples.map((example) => exampleText(example, role !== undefined)),
    ]
      .filter(Boolean)
      .join('\n');
  }

  function fieldRows(shape: Schema): string {
    const { properties = {}, required = [] } = shape;
    return Object.entries(properties)
      .map(([name, field]) => {
        const always = required.includes(name) ? 'always' : 'maybe';
        return `| \`${name}\` | ${schemaText(field)} | ${always} | ${field.description ?? ''} |\n`;
      })
      .join('');
  }

  const sections = await withStore(async (url) => {
    const texts: string[] = [];
    for (const [name, operation] of operations) {
      texts.push(section(name, operation, await askExamples(name, operation, url)));
    }
    return texts;
  });
  const stock = await askStockNotification();
  const notifications = Object.entries(NOTIFICATIONS).map(
    ([name, { after, params }]) => `| \`${name}\` | ${after} | ${schemaText(schemaOf(params, 'output'))} |\n`,
  );
  const index = operations.map(([name, { http, httpOnly, role, summary }]) => {
    const route = http ? `\`${http.method} ${http.url}\`` : '';
    return `| [${name}](#${name.toLowerCase()}) | ${route} | ${httpOnly ? '' : `\`${name}\``} | ${role ? ROLES[role] : 'anybody'} | ${summary} |\n`;
  });
  return [
    HEAD,
    `## Operations\n\n| | HTTP | JSON-RPC | for | does |\n|---|---|---|---|---|\n${index.join('')}`,
    ...sections,
    `## Notifications\n\nWhat the store sends by JSON-RPC of its own accord, after:\n\n| method | after | params |\n|---|---|---|\n${notifications.join('')}`,
    `\`\`\`text\n← ${jsonText(stock)}\n\`\`\`\n`,
    `## Other addresses\n\n| address | does | errors |\n|---|---|---|\n${probeRows()}`,
    '## Shapes\n',
    ...Object.entries(book.components).map(
      ([name, shape]) =>
        `### Shape: ${name}\n\n| field | is | there | means |\n|---|---|---|---|\n${fieldRows(shape as Schema)}`,
    ),
  ].join('\n');
}

/** What the store sends unasked, by JSON-RPC. */
export const NOTIFICATIONS: Readonly<Record<string, { readonly after: string; readonly params: z.ZodType }>> =
  {
    stock: {
      after:
        '`subscribe`: a watched book has changed. Never out of version order; a slow client gets the latest state of each book',
      params: StockAnswer,
    },
    stocks: {
      after:
        '`subscribe` of `all` with `everyMs`: the newest states of the books that have changed since the last one, at most 1,000 at a time',
      params: z.object({ books: z.array(StockAnswer) }),
    },
    event: {
      after:
        '`subscribe` of `orders`: each event once, in the order of the log, under the name of the subscription. `ended` where it cannot go on: subscribe again with the `id` of the last event as `since`',
      params: EventNotice,
    },
    happenings: {
      after: '`watch` of `happenings`: each once, in the order of its node',
      params: z.object({ happenings: z.array(ToldHappening) }),
    },
    figures: {
      after: '`watch` of `figures`: every 250 ms, the latest for whoever is slow',
      params: FiguresAnswer,
    },
  };

function probeRows(): string {
  const rows = Object.entries(PROBES).map(([url, { summary, errors }]) => {
    const texts = errors.map((code) => `\`${code}\` (${ERROR_KINDS[code].status})`);
    return `| \`GET ${url}\` | ${summary} | ${texts.join(', ')} |\n`;
  });
  return `${rows.join('')}| \`GET /\` | To a browser the page, to a program where things are | |\n`;
}

/** Where a parameter stands in an HTTP request. */
function placeOf({ http }: Operation, name: string): string {
  if (!http) return '';
  const { path, query, headers, wholeBody } = http;
  if (name in path.shape) return 'path';
  if (name in query.shape) return 'query';
  const header = headers.find((one) => one.name === name);
  if (header) return `header \`${header.header}\``;
  if (name === 'explain') return '(always)';
  return name === wholeBody ? 'the body' : 'body';
}

const standardOf = (schema: Schema) =>
  schema.default === undefined ? 'no' : `no: ${JSON.stringify(schema.default)}`;

/** The errors by their outcomes; those that only HTTP has stand apart. */
function errorsText(operation: Operation): string {
  const { http, httpOnly, kind } = operation;
  const of = (door: Door) => errorsOf(operation, door);
  const shared = httpOnly ? of('http') : of('rpc');
  const byHttp = http ? of('http').filter((code) => !shared.includes(code)) : [];
  const outcomeOf = (code: ErrorCode) => {
    const { outcome } = ERROR_KINDS[code];
    return kind.readOnly && outcome === 'unknown' ? 'none' : outcome;
  };
  const grouped = (codes: readonly ErrorCode[]) =>
    (['refused', 'unknown', 'none'] as const)
      .map((outcome) => [outcome, codes.filter((code) => outcomeOf(code) === outcome)] as const)
      .filter(([, found]) => found.length > 0)
      .map(([outcome, found]) => `*${outcome}*: ${found.map((code) => `\`${code}\``).join(', ')}`)
      .join('; ');
  return grouped(shared) + (byHttp.length > 0 ? `; by HTTP also ${grouped(byHttp)}` : '');
}

function exampleText({ http, rpc }: Example, isGuarded: boolean): string {
  const texts: string[] = [];
  if (http) {
    const { request, answer } = http;
    texts.push(`\`\`\`sh\n${curlOf(request)}\n\`\`\`\n`);
    const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\n`);
    const { status } = answer;
    texts.push(
      `\`\`\`http\nHTTP/1.1 ${status} ${STATUS_CODES[status]}\n${headers.join('')}\n${jsonText(answer.body)}\n\`\`\`\n`,
    );
  }
  if (rpc) {
    const first = isGuarded ? 'After [`authenticate`](#authenticate):\n\n' : '';
    texts.push(`${first}\`\`\`text\n→ ${jsonText(rpc.sent)}\n← ${jsonText(rpc.received)}\n\`\`\`\n`);
  }
  return texts.join('\n');
}

function curlOf({ method, url, headers, body }: NonNullable<Example['http']>['request']): string {
  const words = [
    `curl -si ${method === 'GET' ? '' : `-X ${method} `}${quoted(BASE + url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(body === undefined ? [] : [`-d '${body}'`]),
  ];
  return words.join(' \\\n  ');
}

const quoted = (url: string) => (/[?&]/.test(url) ? `'${url}'` : url);

if (process.argv[1] === fileURLToPath(import.meta.url)) void write();

async function write(): Promise<void> {
  await writeFile(new URL('api.md', import.meta.url), await apiDocument());
}
