import type { ActorRefFrom } from 'xstate';
import type { Timer } from '../../runtime/clock.ts';
import {
  type Cancel,
  type Key,
  MAX_HOLD_MS,
  MIN_HOLD_MS,
  type Order,
  type Purchase,
  type Result,
} from '../../runtime/domain.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { Incoming } from '../../runtime/links/mesh.ts';
import { createStatechart } from '../../runtime/statechart.ts';
import { createPaymentGate } from './payment-gate.ts';
import type { PaymentHost, SubmitReply } from './payment-host.ts';
import { type PaymentEffect, type PaymentEvent, paymentMachine } from './payment-machine.ts';
import { type PaymentPort, type PaymentStatus, paymentKeyOf } from './payment-port.ts';
import { createRefunds } from './refunds.ts';

/** The purchases of one order replica that are paid for, and what is given back of them. */
export interface Payments {
  /** Clients that wait for an answer. */
  readonly waiting: number;
  /** Where the oldest course of a payment and of a refund stands, if there is one. */
  readonly states: { readonly payment?: string; readonly refund?: string };
  /** Payments and refunds that are open and that nobody asks for, since there is no payment service. */
  readonly unasked: number;
  purchase(command: Purchase, incoming: Incoming): Promise<SubmitReply>;
  /** Its answer is that of the log; the refund goes on alone. */
  cancel(command: Cancel, incoming: Incoming): Promise<SubmitReply>;
  stop(): void;
}

/** One purchase on its way, for as many as ask for it. */
interface Course {
  readonly orderId: Key;
  /** Not known before its hold is. */
  total: number;
  readonly actor: ActorRefFrom<typeof paymentMachine>;
  readonly waiters: Set<(end: SubmitReply | undefined) => void>;
  end: SubmitReply | undefined;
}

/** Orders that a catalog tells of at once (`read.payments`). */
const MOST_AT_A_LOOK = 1_000;

export type CreatePayments = (host: PaymentHost) => Payments;

/** Payments through this port to the payment service. */
export const paymentsThrough =
  (port: PaymentPort): CreatePayments =>
  (host) =>
    createPayments(port, host);

function createPayments(port: PaymentPort, host: PaymentHost): Payments {
  const { submit, clock, random, limits, logger } = host;
  const courses = new Map<Key, Course>();
  const gate = createPaymentGate(port, host);
  const refunds = createRefunds(gate, host);
  let waiting = 0;
  /** The orders that were open at the last look, and of which nothing was known here. */
  let left: ReadonlySet<Key> = new Set();
  let looking: Timer | undefined;

  async function purchase(command: Purchase, incoming: Incoming): Promise<SubmitReply> {
    const { key, requestId, once, lines, customer } = command;
    if (!courses.has(key)) {
      mayBegin();
      begin(key);
    }
    const ttlMs = Math.max(MIN_HOLD_MS, Math.min(limits.paymentHoldMs, MAX_HOLD_MS));
    const held = await submit(
      {
        kind: 'hold',
        ...{ key, requestId, lines, ttlMs, payment: 'open' },
        ...(once && { once }),
        ...(customer !== undefined && { customer }),
      },
      incoming,
    ).catch((error: unknown) => {
      courses.get(key)?.actor.send({ type: 'hold.missed' });
      throw error;
    });
    const order = heldIn(held.result);
    if (!order) {
      courses.get(key)?.actor.send({ type: 'hold.missed' });
      return held;
    }
    const course = courses.get(key) ?? begin(key);
    course.total = order.total;
    course.actor.send({ type: 'hold.kept' });
    return asAnswerTo(held, await endOf(course, incoming));
  }

  /** The first one always begins: whether the service is back is found out by asking it. */
  const isSlow = () => courses.size > 0 && gate.waitMs(courses.size) > limits.paymentQueueMs;

  /** Who could not be paid for soon takes no copies off the shelf meanwhile. */
  function mayBegin(): void {
    if (isSlow()) {
      throw new BazarError(
        'overloaded',
        'The payment service is slow or not reached; buy again in a moment.',
      );
    }
    if (courses.size >= limits.maxOpenPayments) throw new BazarError('overloaded');
  }

  async function cancel(command: Cancel, incoming: Incoming): Promise<SubmitReply> {
    const reply = await submit(command, incoming);
    const { result } = reply;
    if (result.kind === 'cancelled' && result.cancellation.refundState && !result.replayed) {
      const { orderId, key, refund } = result.cancellation;
      refunds.begin({ orderId, key, amount: refund });
    }
    return reply;
  }

  /** What becomes of it by then. After that it goes on alone, and whoever asks again under the key learns it. */
  function endOf(course: Course, { deadline }: Incoming): Promise<SubmitReply> {
    waiting++;
    return new Promise<SubmitReply>((resolve, reject) => {
      const settle = (end: SubmitReply | undefined) => {
        clock.clearTimeout(timer);
        course.waiters.delete(settle);
        if (end?.result.kind === 'order') resolve(end);
        else reject(new BazarError('outcome-unknown', undefined, { key: course.orderId }));
      };
      const patienceMs = deadline - limits.submitMarginMs - clock.monotonic();
      const timer = clock.setTimeout(() => settle(undefined), Math.max(0, patienceMs));
      course.waiters.add(settle);
      // It may have ended with the step that has just been taken.
      if (!courses.has(course.orderId)) settle(course.end);
    }).finally(() => {
      waiting--;
      if (waiting === 0) host.rested();
    });
  }

  function begin(orderId: Key): Course {
    const actor = createStatechart<typeof paymentMachine, PaymentEffect>(paymentMachine, {
      clock,
      input: { backoff: limits },
      perform: (effect) => void perform(course, effect),
      completed: () => ended(course),
      failed(error) {
        logger.error({ err: error }, 'the course of a payment failed');
        ended(course);
      },
    });
    const course: Course = { orderId, total: Number.NaN, actor, waiters: new Set(), end: undefined };
    courses.set(orderId, course);
    actor.start();
    return course;
  }

  function ended(course: Course): void {
    courses.delete(course.orderId);
    for (const settle of course.waiters) settle(course.end);
  }

  async function perform(course: Course, effect: PaymentEffect): Promise<void> {
    const { actor, orderId } = course;
    const { ask } = effect;
    try {
      if (effect.type === 'pay' || effect.type === 'void') {
        actor.send({ type: 'service.told', ask, status: await askService(course, effect.type) });
      } else {
        course.end = await decide(course, effect);
        actor.send({ type: 'log.told', ask, result: course.end.result });
      }
    } catch (thrown) {
      const { code, message } = asBazarError(thrown);
      logger[ask === 1 ? 'warn' : 'debug'](`${effect.type} of order ${orderId}: ${code}, ${message}`);
      actor.send({ type: 'answer.missed', ask, jitter: random.next() } satisfies PaymentEvent);
    }
  }

  function askService({ orderId, total }: Course, what: 'pay' | 'void'): Promise<PaymentStatus> {
    const request = { key: paymentKeyOf(orderId), orderId, amount: total };
    const { paymentAnswerMs } = limits;
    // Nobody takes nothing.
    if (total === 0) return Promise.resolve(what === 'pay' ? 'captured' : 'voided');
    return what === 'pay' ? gate.pay(request, paymentAnswerMs) : gate.makeVoid(request, paymentAnswerMs);
  }

  function decide({ orderId }: Course, effect: PaymentEffect): Promise<SubmitReply> {
    const said = { key: orderId, requestId: random.id() };
    const deadline = clock.monotonic() + limits.purchaseDeadlineMs;
    return effect.type === 'release'
      ? submit({ kind: 'release', ...said, payment: effect.payment }, { deadline })
      : submit({ kind: 'confirm', ...said, payment: 'captured' }, { deadline });
  }

  /** Takes over what stood open at the last look already and nobody here works on, and learns of holds that have ended. */
  async function look(): Promise<void> {
    try {
      const most = Math.max(limits.maxOpenPayments, limits.maxOpenRefunds);
      const body = { limit: Math.min(most, MOST_AT_A_LOOK), minVersion: 0, strong: false };
      const found = await host.look(body, limits.paymentLookMs);
      const before = left;
      const now = new Set<Key>();
      for (const { orderId, total, isHeld } of found?.open ?? []) {
        const known = courses.get(orderId);
        if (!known) now.add(orderId);
        if (!known && (!before.has(orderId) || courses.size >= limits.maxOpenPayments || isSlow())) continue;
        const course = known ?? begin(orderId);
        course.total = total;
        if (!isHeld) course.actor.send({ type: 'hold.over' });
        else if (!known) course.actor.send({ type: 'hold.kept' });
        if (!known) logger.info(`takes over the payment of order ${orderId}`);
      }
      left = now;
      refunds.look(found?.refunds ?? []);
    } catch (error) {
      logger.debug({ err: error }, 'no catalog tells which payments are open');
    }
    lookAgain();
  }

  function lookAgain(): void {
    looking = clock.setTimeout(() => void look(), limits.paymentLookMs * (0.5 + random.next()));
  }

  lookAgain();

  return {
    get waiting() {
      return waiting;
    },
    get states() {
      const [oldest] = courses.values();
      const refund = refunds.state;
      return {
        ...(oldest && { payment: String(oldest.actor.getSnapshot().value) }),
        ...(refund && { refund }),
      };
    },
    unasked: 0,
    purchase,
    cancel,
    stop() {
      gate.stop();
      refunds.stop();
      clock.clearTimeout(looking);
      for (const { actor, waiters } of courses.values()) {
        actor.stop();
        for (const settle of waiters) settle(undefined);
      }
      courses.clear();
    },
  };
}

function heldIn(result: Result): Order | undefined {
  return result.kind === 'order' && result.order.status === 'held' ? result.order : undefined;
}

/** The hold knows whether it was asked for before; whoever came to an end of it may be another one. */
function asAnswerTo({ result: { replayed } }: SubmitReply, { result, leader }: SubmitReply): SubmitReply {
  return { result: { ...result, replayed }, leader };
}
