import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PaidOrder } from '../checkers/payments.ts';
import { paymentsUnder } from '../mutants/plans.ts';
import type { Plan } from './plan.ts';
import { simulate } from './simulate.ts';

const anything = paymentsUnder([
  'kill any',
  'pause any',
  'partition',
  'wipe a disk',
  'kill all',
  'reset a link',
]);

test('whatever is killed and whatever the payment service does, both books agree in the end, and so do two runs', async () => {
  const ends = new Map<string, number>();
  const watched = (plan: Plan): Plan => {
    const paid = { ...anything(plan), clients: 5, faultsMs: 8_000 };
    return {
      ...paid,
      payments(surroundings) {
        const service = paid.payments!(surroundings);
        const faultOf = (orders: readonly PaidOrder[]) => {
          for (const { status, payment, events = [] } of orders) {
            const refunds = events.flatMap(({ refundState }) => refundState ?? []);
            for (const end of [`${status} ${payment}`, ...refunds]) ends.set(end, (ends.get(end) ?? 0) + 1);
          }
          return service.faultOf(orders);
        };
        return { ...service, faultOf };
      },
    };
  };
  const hashes: string[] = [];
  for (const seed of [11, 11]) {
    const { failure, traceHash, lines } = await simulate(seed, watched);
    assert.is(failure, undefined, lines.slice(-40).join('\n'));
    hashes.push(traceHash);
  }
  assert.is(hashes[0], hashes[1]);
  for (const end of ['confirmed captured', 'released declined', 'expired voided', 'refunded', 'refused'])
    assert.ok((ends.get(end) ?? 0) > 5, `${end}: ${ends.get(end)}`);
});

test.run();
