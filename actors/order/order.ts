import type { ActorRefFrom } from 'xstate';
import type { Clock } from '../../runtime/clock.ts';
import { canRead } from '../../runtime/command-levels.ts';
import { createDeadlineWheel } from '../../runtime/deadline-wheel.ts';
import { type Command, type Result, repeated } from '../../runtime/domain.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Incoming, Mesh, NodeId, Reply } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createFullDisks } from '../../runtime/process/full-disks.ts';
import { createLifecycle, type Lifecycle } from '../../runtime/process/lifecycle.ts';
import { createNewsRing } from '../../runtime/process/news-ring.ts';
import { createWatchedNode, type OwnFigures } from '../../runtime/process/watched-node.ts';
import type { Random } from '../../runtime/random.ts';
import { createStatechart } from '../../runtime/statechart.ts';
import type { OpenStep, SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { createLeaderTracker } from './leader-tracker.ts';
import type { CreatePayments } from './payments.ts';
import { afterFirstProposal, type SagaEffect, type SagaEvent, sagaMachine } from './saga.ts';

export interface OrderOptions {
  readonly mesh: Mesh & { readonly url: string };
  readonly catalogs: readonly NodeId[];
  /** So many catalogs must have room on their disks; a majority unless it is said. */
  readonly neededCatalogs?: number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly pid?: number;
  /** Purchases are paid for; without it one is a single command. */
  readonly payments?: CreatePayments;
}

/** An order replica: sees every submitted command through to an answer, or says what became of it. */
export interface OrderReplica extends Pick<Lifecycle, 'state' | 'observe'> {
  /** Submissions without an answer. */
  readonly inFlight: number;
  /** How it is now. */
  figures(): OwnFigures;
  /** Refuses new submissions and resolves when those in flight have their answers, or after `drainMs`. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** One command on its way. A saga actor is created only after the first proposal fails or times out. */
interface Submission {
  readonly number: number;
  readonly command: Command;
  /** Local monotonic ms by which the answer must be out. */
  readonly answerBy: number;
  /** The same, or earlier, after which the latest proposal counts as silent. Set by `wakeAt` alone. */
  deadline: number;
  readonly resolve: (reply: Reply<'submit'>) => void;
  readonly reject: (error: BazarError) => void;
  attempts: number;
  /** Who led when it was decided. */
  leader: NodeId | undefined;
  /** Where the latest proposal went. */
  catalog: NodeId | undefined;
  saga: ActorRefFrom<typeof sagaMachine> | undefined;
  /** Notes its way, where the gateway wants to know. */
  readonly trace: SpanRecorder | undefined;
  /** A pause that it notes. */
  pause: OpenStep | undefined;
}

export function createOrder(options: OrderOptions): OrderReplica {
  const { mesh, clock, random, limits, logger, pid = process.pid } = options;
  const submissions = new Map<number, Submission>();
  const lifecycle = createLifecycle({ clock, logger, limits });
  const disks = createFullDisks(options);
  /** Without a leader, another catalog may have the room that one lacks. */
  const anyDisk = options.neededCatalogs !== undefined;
  const inFlight = () => submissions.size + (payments?.waiting ?? 0);
  let lastNumber = 0;
  const deadlines = createDeadlineWheel<Submission>(clock, limits.tickMs, overdue);

  function submit(command: Command, incoming: Incoming): Promise<Reply<'submit'>> {
    const { deadline } = incoming;
    if (lifecycle.state === 'draining' || lifecycle.state === 'down') throw new BazarError('draining');
    if (inFlight() >= limits.maxSubmissions) throw new BazarError('overloaded');
    if (clock.monotonic() >= deadline) throw new BazarError('unavailable', 'The deadline had passed');
    if (payments && command.kind === 'purchase') return payments.purchase(command, incoming);
    if (payments && command.kind === 'cancel') return payments.cancel(command, incoming);
    return seeThrough(command, incoming);
  }

  function seeThrough(
    command: Command,
    { deadline, trace }: Pick<Incoming, 'deadline' | 'trace'>,
  ): Promise<Reply<'submit'>> {
    const answerBy = deadline - limits.submitMarginMs;
    return new Promise((resolve, reject) => {
      const submission: Submission = {
        number: ++lastNumber,
        command,
        answerBy,
        deadline: answerBy,
        resolve,
        reject,
        attempts: 0,
        leader: undefined,
        catalog: undefined,
        saga: undefined,
        trace,
        pause: undefined,
      };
      submissions.set(submission.number, submission);
      propose(submission, command);
    });
  }

  function propose(submission: Submission, command: Command): void {
    const { trace } = submission;
    const now = clock.monotonic();
    const attempt = ++submission.attempts;
    const catalog = leaders.next(submission.catalog);
    submission.catalog = catalog;
    wakeAt(submission, now + limits.proposalTimeoutMs);
    submission.pause?.end();
    submission.pause = undefined;
    if (disks.reason !== undefined) {
      failed(submission, attempt, undefined, new BazarError('disk-full'));
      return;
    }
    if (logger.isLevelEnabled('debug')) {
      logger.debug(`submit ${command.key} → ${mesh.self} → ${catalog ?? 'no catalog'}`);
    }
    if (!catalog) {
      trace?.mark('unlinked', { attempt });
      failed(submission, attempt, undefined, new BazarError('unreachable'));
      return;
    }
    if (!canRead(mesh.peer(catalog), command)) {
      failed(submission, attempt, catalog, new BazarError('not-yet'));
      return;
    }
    const timeoutMs = Math.max(1, submission.answerBy - now);
    const traced = trace && { recorder: trace, step: 'propose', facts: { attempt } };
    mesh.ask(catalog, 'propose', { command, forwarded: false }, timeoutMs, traced).then(
      ({ result, leader }) => answered(submission, leader, result),
      (error: unknown) => failed(submission, attempt, catalog, asBazarError(error)),
    );
  }

  function answered(submission: Submission, leader: NodeId, result: Result): void {
    leaders.setLeader(leader);
    if (!submissions.has(submission.number)) return;
    submission.leader = leader;
    if (submission.saga) submission.saga.send({ type: 'proposal.answered', result });
    else settle(submission, { type: 'answer', result });
  }

  function failed(submission: Submission, attempt: number, catalog: NodeId | undefined, error: BazarError) {
    if (attempt === submission.attempts && submissions.has(submission.number))
      wakeAt(submission, submission.answerBy);
    const isElsewhere = error.code === 'disk-full' && anyDisk && disks.reason === undefined;
    sendToSaga(submission, {
      type: 'proposal.failed',
      attempt,
      code: isElsewhere ? 'unavailable' : error.code,
      outcome: error.outcome,
      leader: catalog ? leaders.noteFailure(catalog, error) : null,
      jitter: random.next(),
    });
  }

  /** Creates the submission's saga if it has none yet. */
  function sendToSaga(submission: Submission, event: SagaEvent): void {
    if (!submissions.has(submission.number)) return;
    submission.saga ??= startSaga(submission);
    submission.saga.send(event);
    if (submission.trace) notePause(submission, submission.trace);
  }

  function notePause(submission: Submission, trace: SpanRecorder): void {
    if (submission.saga?.getSnapshot().value === 'pausing') submission.pause ??= trace.begin('pausing');
  }

  function startSaga(submission: Submission): ActorRefFrom<typeof sagaMachine> {
    const input = { backoff: limits };
    return createStatechart<typeof sagaMachine, SagaEffect>(sagaMachine, {
      clock,
      input,
      snapshot: afterFirstProposal(input),
      perform(effect) {
        if (!submissions.has(submission.number)) return;
        const { command } = submission;
        if (effect.type === 'propose') propose(submission, effect.again ? repeated(command) : command);
        else settle(submission, effect);
      },
      failed(error) {
        logger.error({ err: error }, 'a saga failed');
        finish(submission).reject(new BazarError('internal'));
      },
    }).start();
  }

  function settle(submission: Submission, end: Exclude<SagaEffect, { type: 'propose' }>): void {
    const { resolve, reject, command, attempts, leader } = finish(submission);
    if (end.type === 'answer') resolve({ result: end.result, leader });
    else {
      const message = end.code === 'disk-full' ? disks.reason : undefined;
      reject(new BazarError(end.code, message, { key: command.key, attempts }));
    }
  }

  function finish(submission: Submission): Submission {
    submissions.delete(submission.number);
    deadlines.delete(submission);
    rested();
    return submission;
  }

  function rested(): void {
    if (lifecycle.state === 'draining' && inFlight() === 0) lifecycle.drained();
  }

  function wakeAt(submission: Submission, time: number): void {
    deadlines.delete(submission);
    submission.deadline = Math.min(submission.answerBy, time);
    deadlines.add(submission);
  }

  function overdue(submission: Submission): void {
    if (clock.monotonic() >= submission.answerBy) {
      sendToSaga(submission, { type: 'deadline.passed' });
    } else {
      wakeAt(submission, submission.answerBy);
      if (submission.catalog) leaders.forgetLeader(submission.catalog);
      submission.trace?.mark('silent', { attempt: submission.attempts });
      sendToSaga(submission, { type: 'proposal.silent' });
    }
  }

  lifecycle.observe((state) => {
    if (state !== 'down') return;
    for (const submission of submissions.values()) sendToSaga(submission, { type: 'deadline.passed' });
  });
  mesh.onAsk('submit', ({ command }, incoming) => submit(command, incoming));
  mesh.onAsk('status', () => ({
    id: mesh.self,
    kind: 'order' as const,
    pid,
    state: lifecycle.state,
    leader: leaders.leader ?? undefined,
    url: mesh.url,
    ...(payments?.unasked && { unaskedPayments: payments.unasked }),
  }));
  const figures = (): OwnFigures => ({
    machines: { lifecycle: lifecycle.state, ...sagaStates(), ...payments?.states },
    order: { leader: leaders.leader, inFlight: inFlight() },
  });
  const news = createNewsRing({ clock, limits, pid });
  const watchedNode = createWatchedNode({ mesh, news, lifecycle, clock, limits, figures });
  lifecycle.opened();
  const leaders = createLeaderTracker({ ...options, ...(anyDisk && { isFull: disks.isFull }) }, lifecycle);
  const payments = options.payments?.({
    ...options,
    submit: seeThrough,
    rested,
    look(body, timeoutMs) {
      const catalog = lifecycle.state === 'ready' ? leaders.next(undefined) : undefined;
      return catalog === undefined ? undefined : mesh.ask(catalog, 'read.payments', body, timeoutMs);
    },
  });

  /** The present state of the oldest saga, where there is one. */
  function sagaStates(): { saga?: string } {
    for (const { saga } of submissions.values()) if (saga) return { saga: String(saga.getSnapshot().value) };
    return {};
  }

  return {
    get state() {
      return lifecycle.state;
    },
    figures,
    observe: lifecycle.observe,
    get inFlight() {
      return inFlight();
    },
    drain() {
      return new Promise((resolve) => {
        if (lifecycle.state === 'down') return resolve();
        lifecycle.observe((state) => state === 'down' && resolve());
        lifecycle.drain();
        rested();
      });
    },
    async stop() {
      payments?.stop();
      deadlines.close();
      watchedNode.stop();
      for (const { saga } of submissions.values()) saga?.stop();
      submissions.clear();
    },
  };
}
