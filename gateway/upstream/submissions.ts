import {
  type BookId,
  type Command,
  type Confirm,
  type Hold,
  isUnrecorded,
  type Purchase,
  type Release,
  type Result,
  repeated,
} from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { topicKey } from '../../runtime/topic.ts';
import type { SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import type { Freshness } from '../cache/freshness.ts';
import type { Reads } from '../reads.ts';
import type { Submitted } from '../service.ts';
import { askHedged } from './ask-hedged.ts';
import type { AskPorts } from './ask-in-turn.ts';
import type { RoundRobin } from './round-robin.ts';

/**
 * Sees a command through an order replica, and through the next one with the same key and the same request id
 * when the first is silent or gone: the log takes it once, and the second answer is not mistaken for a replay. A
 * silent one may only be slow, since a commit takes as long as the disks do, so its answer still counts.
 *
 * What the answer tells is known to the gateway before it is known to the client: later reads show it or wait.
 */
export function createSubmissions(
  ports: AskPorts & {
    readonly orders: RoundRobin;
    readonly freshness: Freshness;
    readonly noteBook: Reads['noteBook'];
  },
): (command: Command, trace?: SpanRecorder) => Promise<Submitted> {
  const { clock, limits, orders, freshness, noteBook } = ports;

  function note(command: Command, result: Result): void {
    const { version } = result;
    const raiseBook = (id: BookId) => freshness.books.raise(id, version);
    if (isSale(command)) {
      // A refused order too: who was told "sold out" must not be shown copies that were gone before.
      freshness.orders.raise(command.key, version);
      const lines = result.kind === 'order' ? result.order.lines : 'lines' in command ? command.lines : [];
      for (const { id } of lines) raiseBook(id);
    }
    if (command.kind === 'cancel') {
      freshness.orders.raise(command.orderId, version);
      if (result.kind === 'cancelled') for (const { id } of result.cancellation.lines) raiseBook(id);
    }
    if (command.kind === 'updateBook') raiseBook(command.id);
    if (command.kind === 'changeBooks') for (const { id } of command.changes) raiseBook(id);
    if (result.kind === 'updated') noteBook(result.book, version);
    if (result.kind === 'updated' || result.kind === 'changed') {
      for (const topic of result.topics ?? []) freshness.topics.raise(topicKey(topic), version);
    }
    if (command.kind === 'addBooks' && result.kind === 'added') {
      for (const id of [...result.added, ...result.skipped]) raiseBook(id);
      for (const { topic } of command.books) freshness.topics.raise(topicKey(topic), version);
    }
  }

  return async function submit(command, trace) {
    const deadline = clock.monotonic() + limits.purchaseDeadlineMs;
    const patience = { attemptMs: limits.submitAttemptMs, deadline };
    try {
      const { from, reply } = await askHedged(
        ports,
        orders,
        'submit',
        {
          first: { command },
          again: { command: repeated(command) },
          provisional: ({ result }) => isUnrecorded(result),
        },
        { ...patience, trace },
      );
      note(command, reply.result);
      trace?.mark('noted', { version: reply.result.version });
      const { result, leader } = reply;
      return { key: command.key, result, via: leader === undefined ? [from] : [from, leader] };
    } catch (error) {
      throw error instanceof BazarError ? error.with({ key: command.key }) : error;
    }
  };
}

/** Those whose key is the id of the order. */
function isSale(command: Command): command is Purchase | Hold | Confirm | Release {
  const { kind } = command;
  return kind === 'purchase' || kind === 'hold' || kind === 'confirm' || kind === 'release';
}
