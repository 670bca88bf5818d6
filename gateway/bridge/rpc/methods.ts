import { BazarError } from '../../../runtime/errors.ts';
import type { Caller, Context } from '../context.ts';
import { madeOnce } from '../made-once.ts';
import type { Answer, Operation } from '../operations/operation.ts';
import { parseRequest } from '../parse-request.ts';
import { perform } from '../perform.ts';
import { suffices, unauthorizedFor } from '../roles.ts';
import { exampleOf } from '../schema-book.ts';
import { traceWay } from '../trace-way.ts';
import { openRpcDocument } from './openrpc.ts';
import { bytesOf } from './turns.ts';

export interface MethodResult {
  /** The result as JSON. */
  readonly json: string;
  /** How new the answer is. */
  readonly version?: string | undefined;
  /** To be called once the answer has been handed to the socket. */
  readonly sent?: () => void;
}

export interface Method {
  readonly readOnly: boolean;
  readonly inTurn: boolean;
  /** The result as JSON, where the parameters are plain and the memory has it. */
  held?(params: unknown): string | undefined;
  /** Checks the parameters, at once, and throws where they do not fit: only what was checked may wait its turn. */
  prepare(params: unknown, caller: RpcCaller): Prepared;
}

/** A WebSocket connection. */
export interface RpcCaller extends Caller {
  /** Calls `taken` once the client has taken what was sent so far. */
  whenTaken(taken: () => void): void;
}

/** A call whose parameters fit. */
export interface Prepared {
  /** What it holds while it waits, about. */
  readonly bytes: number;
  run(): Promise<MethodResult>;
}

const TOPIC_TOO_LARGE =
  'This topic has more books than one answer has room for: ask for pages, with {"after":0} and then the next of each.';

/** The operations as JSON-RPC methods, and `rpc.discover`, which describes them (OpenRPC, "Service Discovery Method"). */
export function createMethods(
  context: Context,
  operations: Readonly<Record<string, Operation>>,
): ReadonlyMap<string, Method> {
  const offered = Object.entries(operations).filter(([, { httpOnly }]) => !httpOnly);
  const document = madeOnce(() => JSON.stringify(openRpcDocument(offered)));
  return new Map<string, Method>([
    ...offered.map(([name, operation]) => [name, methodOf(context, name, operation)] as const),
    [
      'rpc.discover',
      {
        readOnly: true,
        inTurn: true,
        prepare: () => ({ bytes: 0, run: async () => ({ json: document() }) }),
      },
    ],
  ]);
}

function methodOf(context: Context, name: string, operation: Operation): Method {
  const { kind, role, params: schema } = operation;
  const byName = madeOnce(
    () => `params must be given by name, for example ${JSON.stringify(exampleOf(schema))}`,
  );

  async function run(params: object, caller: RpcCaller): Promise<MethodResult> {
    const { explain = false } = params as { explain?: boolean };
    const { answer, place } = await traceWay(
      context,
      () => name,
      () => perform(context, operation, params, caller),
    ).catch((error) => {
      throw explain ? error : withoutWay(error);
    });
    try {
      // Reading the processor's clock is a system call: only where it counts.
      const version = context.storeVersions.of(answer.served);
      if (!place) return { json: JSON.stringify(resultOf(answer, explain)), version, sent: answer.sent };
      const started = context.clock.cpu();
      const json = JSON.stringify(resultOf(answer, explain));
      place.written(Buffer.byteLength(json), context.clock.cpu() - started);
      const sent = () => {
        answer.sent?.();
        caller.whenTaken(place.left);
      };
      return { json, version, sent };
    } catch (error) {
      answer.sent?.();
      place?.left();
      throw error;
    }
  }

  return {
    readOnly: kind.readOnly,
    inTurn: kind.inTurn,
    held: operation.held && ((params) => operation.held?.(context, params)),
    prepare(params, caller) {
      if (role && !suffices(caller.role, role)) throw unauthorizedFor(role);
      const checked = parseRequest(schema, named(params, byName), 'params');
      return { bytes: kind.inTurn ? bytesOf(checked) : 0, run: () => run(checked as object, caller) };
    },
  };
}

/**
 * The HTTP body, and what HTTP has in headers. A list that was asked for by pages, or who served it, says where it goes
 * on; a cut one that is bare would look like the whole.
 */
function resultOf(answer: Answer, explain: boolean): object {
  const { body, done, list } = answer;
  const via = explain && { via: viaOf(answer) };
  if (list && (list.isPaged || explain)) return { books: body(), next: list.next, ...via };
  if (list && list.next !== null) throw new BazarError('too-large', TOPIC_TOO_LARGE);
  if (!done?.replayed && !explain) return body();
  return { ...found(answer), ...(done?.replayed && { replayed: true }), ...via };
}

/** The body; also what is missing was said by somebody. */
function found(answer: Answer): object {
  try {
    return answer.body();
  } catch (error) {
    throw error instanceof BazarError ? error.with({ via: viaOf(answer) }) : error;
  }
}

const viaOf = ({ served, done }: Answer) => (served ? [served.servedBy] : done?.via);

const withoutWay = (error: unknown) => (error instanceof BazarError ? error.with({ via: undefined }) : error);

/** Parameters are named. No parameters may be left out, or be the empty array that many clients send. */
function named(params: unknown, byName: () => string): unknown {
  if (params === undefined || params === null) return {};
  if (!Array.isArray(params)) return params;
  if (params.length === 0) return {};
  throw new BazarError('invalid-request', byName());
}
