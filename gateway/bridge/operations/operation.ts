import * as z from 'zod';
import type { Role } from '../../../runtime/api.ts';
import type { ErrorCode } from '../../../runtime/errors.ts';
import { readTraceparent } from '../../../runtime/trace/traceparent.ts';
import type { Served, Submitted } from '../../service.ts';
import type { Caller, Context } from '../context.ts';
import { STORE_VERSION } from '../store-versions.ts';

/**
 * One operation of the outside API as one object. The HTTP routes, the JSON-RPC methods, the OpenAPI and OpenRPC
 * documents and the types of the client library are all made of these, so the two doors cannot drift apart.
 */
export interface Operation<Params extends z.ZodType = z.ZodType> extends Description<Params> {
  /** `params` as they are spread over an HTTP request; nothing where the operation has no route. */
  readonly http: HttpRequest | undefined;
}

export interface Description<Params extends z.ZodType = z.ZodType> {
  readonly summary: string;
  readonly kind: Kind;
  /** `GET /info/:id`; nothing where it is for JSON-RPC alone. */
  readonly route?: Route;
  /** It is another route to what a JSON-RPC method does already. */
  readonly httpOnly?: true;
  /**
   * What is asked, by name, as JSON-RPC takes it. By HTTP the names in the route stand in the address, those of
   * `WRITE_HEADERS` and `READ_HEADERS` in their headers, `explain` nowhere, and all others in the query of a GET or in the JSON body.
   */
  readonly params: Params;
  /** The one parameter that is the whole HTTP body instead of a field of it. */
  readonly wholeBody?: string;
  /** What must hold between parameters, and the sentence that says so. */
  readonly rule?: { readonly holds: (params: z.output<Params>) => boolean; readonly message: string };
  /** Status, meaning and shape of each good answer. JSON-RPC has the shape of the first. */
  readonly answers: Readonly<Record<number, readonly [meaning: string, shape: z.ZodType]>>;
  /** The shape of the result by JSON-RPC, where it is another. */
  readonly result?: z.ZodType;
  /** The errors of its own, beside those of its kind. */
  readonly errors?: readonly ErrorCode[];
  /** Who may ask; everybody where it is left out. */
  readonly role?: Role;
  /** The body as JSON, where the unchecked parameters are plain and the memory has it: no promise, no schema. */
  held?(context: Context, params: unknown): string | undefined;
  /** By HTTP it goes on as Server-Sent Events where these are asked for. */
  readonly streams?: true;
  /** Which turn it waits for, because its answer may be large. */
  readonly heavy?: 'pages' | 'audits';
  /** Answers at once what turns out to be small; undefined where the call has to wait for its turn. */
  light?(context: Context, params: z.output<Params>, call: Call): Promise<Answer | undefined>;
  run(context: Context, params: z.output<Params>, call: Call): Promise<Answer>;
}

type Route = `${'GET' | 'POST' | 'PATCH'} /${string}`;

/** One call of an operation. */
export interface Call {
  readonly caller: Caller;
  /** Local monotonic ms by which the answer of a read is wanted. */
  readonly deadline: number;
}

/** What an operation answers; the doors add the headers or the envelope that belong to it. */
export interface Answer {
  /** Makes the outside shape of what was found, or throws what is missing. */
  readonly body: () => object;
  /** Of a read: where the answer came from. */
  readonly served?: Served<unknown>;
  /** Of a write: the way it took. */
  readonly done?: {
    readonly key: string;
    readonly via: readonly string[];
    readonly replayed: boolean;
    /** That of the order or of the book, for its `ETag`; nothing where several books were added. */
    readonly version: number | undefined;
  };
  /** The body is a bare list that may go on after `next`; `isPaged` where a page of it was asked for. */
  readonly list?: { readonly next: number | null; readonly isPaged: boolean };
  /** To be called once the answer has been handed to the socket. */
  readonly sent?: () => void;
}

export interface Kind {
  /** It cannot have written anything, whatever goes wrong. */
  readonly readOnly: boolean;
  /** Calls of one connection run one after another, each once the client has taken the answers before it. */
  readonly inTurn: boolean;
  /** Its answers come with where they are from, and with a version that a client may ask about again (`ETag`). */
  readonly revalidated: boolean;
  /** What any operation of this kind may end with. */
  readonly errors: readonly ErrorCode[];
}

const QUERY_ERRORS = ['invalid-request', 'unavailable', 'overloaded'] as const;
const READ_ERRORS = ['version-unknown', ...QUERY_ERRORS] as const;

export const READ: Kind = { readOnly: true, inTurn: false, revalidated: true, errors: READ_ERRORS };
/** A read whose answer may be large. */
export const PAGE: Kind = { readOnly: true, inTurn: true, revalidated: true, errors: READ_ERRORS };
/** A question about the cluster as it is at this moment. */
export const QUERY: Kind = { readOnly: true, inTurn: true, revalidated: false, errors: QUERY_ERRORS };
/** Neither reads nor writes: it concerns the connection. */
export const CONNECTION: Kind = {
  readOnly: true,
  inTurn: true,
  revalidated: false,
  errors: ['invalid-request'],
};
export const WRITE: Kind = {
  readOnly: false,
  inTurn: false,
  revalidated: false,
  errors: [
    'invalid-request',
    'key-reused',
    'outcome-unknown',
    'unavailable',
    'not-yet',
    'disk-full',
    'log-full',
    'overloaded',
  ],
};

/** The parameters of an operation by the part of the HTTP request in which they stand. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly path: z.ZodObject;
  readonly query: z.ZodObject;
  /** The parameters that stand in headers. */
  readonly headers: readonly (HeaderField & { readonly name: string; readonly schema: z.ZodType })[];
  readonly body: z.ZodType | undefined;
  readonly wholeBody: string | undefined;
}

/** How a parameter stands in a header. */
interface HeaderField {
  readonly header: string;
  /** The shape of the header, where it is another than the parameter's. */
  readonly schema?: z.ZodType;
  /** The parameter as the text of the header has it; what is none is left for the schema to refuse. */
  readonly read: (text: string) => unknown;
}

/** As it is, or quoted as in the IETF draft (draft-ietf-httpapi-idempotency-key-header). */
const KEY: HeaderField = { header: 'Idempotency-Key', read: (text) => text.replace(/^"(.*)"$/, '$1') };

/**
 * An `ETag` as it was given, or made weak by a proxy that compresses. `*` asks only for a book that there is, which a
 * change of it does anyway.
 */
const VERSION: HeaderField = {
  header: 'If-Match',
  read(text) {
    if (text.trim() === '*') return undefined;
    const [, version] = /^\s*(?:W\/)?"(\d{1,15})"\s*$/.exec(text) ?? [];
    return version === undefined ? text : Number(version);
  },
};

/** What is none counts as if it had not been sent (W3C Trace Context, section 4.3). */
const TRACEPARENT: HeaderField = {
  header: 'traceparent',
  schema: z.string().optional().meta({
    description:
      'W3C Trace Context: where its sampled flag is set, `GET /orders/{orderId}/trace` says what it took.',
  }),
  read: (text) => (readTraceparent(text) ? text : undefined),
};

/** What JSON-RPC is asked for by this is in the headers of every answer by HTTP. */
const EXPLAIN = 'explain';

const WRITE_HEADERS: ReadonlyMap<string, HeaderField> = new Map([
  ['orderId', KEY],
  ['key', KEY],
  ['expectVersion', VERSION],
  ['trace', TRACEPARENT],
]);

const READ_HEADERS: ReadonlyMap<string, HeaderField> = new Map([
  ['minVersion', { header: STORE_VERSION, read: (text) => text }],
]);

export function operation<Params extends z.ZodType>(given: Description<Params>): Operation<Params> {
  const { rule, params } = given;
  const checked = rule ? params.refine(rule.holds, rule.message) : params;
  return { ...given, params: checked as Params, http: given.route && spread(given, given.route) };
}

/** Spreads the parameters over the parts of an HTTP request. */
function spread({ params, rule, wholeBody }: Description, route: Route): HttpRequest {
  const [method, url] = route.split(' ') as [HttpRequest['method'], string];
  const variants = variantsOf(params);
  const names = new Set(variants.flatMap((variant) => Object.keys(variant.shape)));
  const inPath = new Set([...url.matchAll(/:(\w+)/g)].map(([, name]) => name!));
  const fields = method === 'GET' ? READ_HEADERS : WRITE_HEADERS;
  const inHeaders = [...fields].filter(([name]) => names.has(name) && !inPath.has(name));
  const elsewhere = (name: string) =>
    name === EXPLAIN || inPath.has(name) || inHeaders.some(([other]) => other === name);
  const pick = (variant: z.ZodObject, wanted: (name: string) => boolean) =>
    z.strictObject(Object.fromEntries(Object.entries(variant.shape).filter(([name]) => wanted(name))));

  const [first] = variants as [z.ZodObject];
  const headers = inHeaders.map(([name, field]) => ({
    ...field,
    name,
    schema: field.schema ?? (first.shape[name] as z.ZodType),
  }));
  const parts = { method, url, headers, wholeBody, path: pick(first, (name) => inPath.has(name)) };
  if (method === 'GET') {
    return { ...parts, query: pick(first, (name) => !elsewhere(name)), body: undefined };
  }
  const bodies = variants.map((variant) => pick(variant, (name) => !elsewhere(name)));
  const isWhole = ![...names].some(elsewhere);
  const bodyFields = isWhole ? params : bodies.length === 1 ? bodies[0]! : z.union(bodies);
  const body = wholeBody ? (first.shape[wholeBody] as z.ZodType) : bodyFields;
  return {
    ...parts,
    query: z.strictObject({}),
    body: rule ? body.refine(rule.holds as (body: unknown) => boolean, rule.message) : body,
  };
}

/** The alternatives of which `params` are one. */
export function variantsOf(params: z.ZodType): readonly z.ZodObject[] {
  if (params instanceof z.ZodObject) return [params];
  if (params instanceof z.ZodUnion) return params.options as z.ZodObject[];
  throw new Error('the parameters of an operation are an object or a union of objects');
}

export function read<T>(served: Served<T>, view: (value: T) => object): Answer {
  return { served, body: () => view(served.value) };
}

export function written({ views }: Context, { key, result, via }: Submitted): Answer {
  const version = result.kind === 'added' ? undefined : result.version;
  return { done: { key, via, replayed: result.replayed, version }, body: () => views.result(result) };
}
