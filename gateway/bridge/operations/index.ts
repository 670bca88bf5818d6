import type * as z from 'zod';
import type { Limits } from '../../../runtime/limits.ts';
import { type Currency, NO_CURRENCY } from '../../../runtime/money.ts';
import { cancelOperations } from './cancel.ts';
import { careOperations } from './care.ts';
import { clusterOperations } from './cluster.ts';
import { connectionOperations } from './connection.ts';
import { eventOperations } from './events.ts';
import { findOperations } from './find.ts';
import { holdOperations } from './holds.ts';
import type { Operation } from './operation.ts';
import { readOperations } from './reads.ts';
import { traceOperations } from './traces.ts';
import { watchOperations } from './watch.ts';
import { writeOperations } from './writes.ts';

/** Every operation of the outside API by its name, which is its JSON-RPC method. Amounts are of `currency`. */
export function createOperations(limits: Limits, currency: Currency = NO_CURRENCY) {
  return {
    ...readOperations(limits),
    ...findOperations(limits),
    ...eventOperations(limits),
    ...writeOperations(limits, currency),
    ...holdOperations(limits, currency),
    ...cancelOperations(limits, currency),
    ...careOperations(limits, currency),
    ...clusterOperations(limits),
    ...connectionOperations(limits),
    ...watchOperations(),
    ...traceOperations(limits),
  } satisfies Readonly<Record<string, Operation>>;
}

type Operations = ReturnType<typeof createOperations>;
export type OperationName = keyof Operations;
/** What a client passes to the operation `Name`. */
export type Params<Name extends OperationName> = z.input<Operations[Name]['params']>;
