import type {
  PaymentPort,
  PaymentRequest,
  PaymentStatus,
  RefundRequest,
  RefundStatus,
} from '../../actors/order/payment-port.ts';
import { type CreatePayments, paymentsThrough } from '../../actors/order/payments.ts';
import { BazarError } from '../../runtime/errors.ts';
import { seededRandom } from '../../runtime/random.ts';
import { checkPayments, type PaidOrder, type PaymentEntry } from '../checkers/payments.ts';
import type { Plan } from './plan.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';

/**
 * A store with a payment service, and that service: it takes money once for each key, and loses requests and answers, handles
 * some twice or seconds later, declines, and dies for a while. What it has in its book outlives it. No plan has it unless it is
 * asked for, so that the simulation without it stays what it was.
 */
export interface SimulatedPayments {
  /** The way there for the order replica in this process. */
  reach(process: SimProcess): CreatePayments;
  /** From now on it is as good as can be. */
  heal(): void;
  /** What is wrong between its book and that of the store, once nothing is open. */
  faultOf(orders: readonly PaidOrder[]): string | undefined;
}

export interface PaymentSurroundings {
  readonly seed: number;
  readonly scheduler: Scheduler;
  /** The process of those who stand outside the store. */
  readonly outside: SimProcess;
}

const SALT = 0x70617921;
/** Simulated milliseconds of the way to the service and back, of a request that was stuck on it, and of a life and a death of it. */
const WAY_MS = 20;
const STUCK_MS = 6_000;
const LIFE_MS = 4_000;
const DEATH_MS = 2_500;
/** One amount in so many is declined, and one refund in so many refused. */
const DECLINED = 7;
const REFUSED = 5;

function simulatedPayments({ seed, scheduler, outside }: PaymentSurroundings): SimulatedPayments {
  const random = seededRandom(seed ^ SALT);
  const book = new Map<string, PaymentEntry>();
  let faulty = true;
  let alive = true;
  const happens = (share: number) => faulty && random.next() < share;
  const way = () => random.next() * WAY_MS;

  function change(): void {
    alive = !faulty || !alive;
    if (faulty) scheduler.after((alive ? LIFE_MS : DEATH_MS) * random.next(), outside, change);
  }
  scheduler.after(LIFE_MS, outside, change);

  function pay({ key, orderId, amount }: PaymentRequest): PaymentStatus {
    const status = amount % DECLINED === 0 ? 'declined' : 'captured';
    const entry = book.get(key) ?? { key, orderId, amount, status };
    book.set(key, entry);
    return entry.status as PaymentStatus;
  }

  function makeVoid({ key, orderId, amount }: PaymentRequest): PaymentStatus {
    const known = book.get(key);
    const status = known?.status === 'declined' ? 'declined' : 'voided';
    book.set(key, { key, orderId, amount, status });
    return status;
  }

  function refund({ key, orderId, paymentKey, amount }: RefundRequest): RefundStatus {
    const isTaken = book.get(paymentKey)?.status === 'captured';
    const status = isTaken && amount % REFUSED !== 0 ? 'refunded' : 'refused';
    const entry = book.get(key) ?? { key, orderId, paymentKey, amount, status };
    book.set(key, entry);
    return entry.status as RefundStatus;
  }

  function ask<R extends PaymentRequest, S>(process: SimProcess, handle: (request: R) => S) {
    return (request: R, timeoutMs: number) =>
      new Promise<S>((resolve, reject) => {
        const late = scheduler.after(timeoutMs, process, () => reject(new BazarError('timeout')));
        const arrive = () => {
          // Another amount under a known key is no request that it answers.
          const isOdd = (book.get(request.key)?.amount ?? request.amount) !== request.amount;
          if (!alive || isOdd) return;
          const status = handle(request);
          if (happens(0.2)) return;
          scheduler.after(way(), process, () => {
            scheduler.cancel(late);
            resolve(status);
          });
        };
        if (happens(0.1)) return;
        scheduler.after(happens(0.15) ? random.next() * STUCK_MS : way(), outside, arrive);
        if (happens(0.1)) scheduler.after(random.next() * STUCK_MS, outside, arrive);
      });
  }

  return {
    reach(process) {
      return paymentsThrough({
        pay: ask(process, pay),
        makeVoid: ask(process, makeVoid),
        refund: ask(process, refund),
      } satisfies PaymentPort);
    },
    heal() {
      faulty = false;
      alive = true;
    },
    faultOf: (orders) => checkPayments(orders, [...book.values()]),
  };
}

/**
 * The same plan for a store with a payment service. With every other seed a purchase is begun however slow that is, so that
 * holds end while they are paid for. A store that is put back knows nothing of what was paid meanwhile.
 */
export function withPayments(plan: Plan): Plan {
  return {
    ...plan,
    payments: simulatedPayments,
    libraryClients: 0,
    pageReaders: 0,
    lostMs: 0,
    lostFolder: undefined,
    limits: {
      ...plan.limits,
      paymentHoldMs: 1_000 + (plan.seed % 5) * 1_000,
      maxOpenPayments: 5 + (plan.seed % 3) * 10,
      paymentAnswerMs: 400,
      paymentBackoffCapMs: 400,
      paymentLookMs: 400,
      ...(plan.seed % 2 === 1 && { paymentQueueMs: Number.POSITIVE_INFINITY }),
    },
  };
}
