import { type Actor, createActor } from 'xstate';
import type { Timer } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Body, NodeId } from '../../runtime/links/mesh.ts';
import type { SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { FullDiskError } from '../../storage/failed-disk.ts';
import type { ProposedCommand, ReplicaRole } from '../replica/replica.ts';
import { createApplier } from './applier.ts';
import { createChronicle } from './chronicle.ts';
import type { Effect, ReplicaEvent } from './core/raft.ts';
import { replicaStatechart, roleOf } from './core/statechart.ts';
import { steadyStep, ticksToNextStep } from './core/steady-step.ts';
import type { DriverOptions, ReplicatedState } from './driver-options.ts';
import { createGroupCommit } from './group-commit.ts';
import { createIndexReads } from './index-reads.ts';
import { createProposals } from './proposals.ts';
import { createTicker, type Ticker } from './ticker.ts';
import { createTransfer } from './transfer.ts';

export interface Driver<Result = unknown, Change = unknown> {
  readonly state: ReplicatedState<Result, Change>;
  readonly role: ReplicaRole;
  dispatch(event: ReplicaEvent): void;
  /** Knows how many ticks have passed that the replica has not counted yet, since it sleeps. */
  readonly ticker: Pick<Ticker, 'passed'>;
  /** A follower has answered a snapshot's chunk. */
  readonly acknowledgeSnapshot: (from: NodeId, answer: Body<'raft.snapshotted'>) => void;
  /** Puts a command into this leader's log with one of the next turns; resolves when it is committed and applied. */
  propose(command: ProposedCommand, trace?: SpanRecorder): Promise<Result>;
  /** A commit index that a quorum confirmed after this call; only for a leader. */
  readIndex(): Promise<number>;
  /** Runs `then` once everything changed so far is durable. */
  afterSync(then: () => void): void;
  stop(): void;
}

/** Runs a replica's statechart: one event at a time from a mailbox, and after each its effects in order. */
export function createDriver<Result, Change>(options: DriverOptions<Result, Change>): Driver<Result, Change> {
  const { raft, store, mesh, clock, random, logger, observer } = options;
  let state = options.state;
  let halted = false;

  const actor: Actor<typeof replicaStatechart> = createActor(replicaStatechart, { input: { raft } });
  actor.subscribe({ error: fail });

  const mailbox: ReplicaEvent[] = [];
  let handling = false;
  let turnScheduled = false;

  const proposals = createProposals<Result>({ raft, applied: () => state.applied.index });
  const reads = createIndexReads(raft.limits.maxPendingReads);

  const applier = createApplier({
    raft,
    clock,
    state: () => state,
    applied(index, result, changes) {
      observer.applied(index, changes);
      if (result !== null) proposals.resolve(index, result);
    },
  });
  const batches = createGroupCommit({
    store,
    raft,
    state: () => state,
    synced: dispatch,
    began: proposals.traced.batchBegan,
    takes: (effects) => sender.noteEffects(effects),
    fail,
  });
  const { sender, receiver } = createTransfer({
    ...options,
    state: () => state,
    batches,
    saved: scheduleTurn,
    install(next, position) {
      state = next;
      observer.replaced(next);
      dispatch({ type: 'snapshot.installed', position });
    },
    dispatch,
    fail,
  });

  actor.start();
  let role = roleOf(actor);
  const chronicle = createChronicle({
    raft,
    role: () => role,
    applied: () => state.applied.index,
    happened: observer.happened,
  });
  performEffects();
  let saying: Timer | undefined;
  const ticker = createTicker({
    clock,
    tickMs: raft.limits.tickMs,
    tick() {
      batches.tick();
      sender.tick();
      handle({ type: 'clock.ticked', draw: random.next(), syncTicks: batches.syncTicks });
    },
    ticked: observer.ticked,
    due: () => (isAtRest() ? ticksToNextStep(raft, role) : 1),
  });

  /** It follows or leads, has applied everything and written it, and sends nobody its state. */
  function isAtRest(): boolean {
    const known = Math.max(raft.commit, raft.leaderCommit);
    return raft.leader !== null && state.applied.index >= known && !batches.isBusy && !sender.isBusy;
  }

  function dispatch(event: ReplicaEvent): void {
    if (!handling) ticker.catchUp();
    handle(event);
    ticker.hasten();
  }

  function handle(event: ReplicaEvent): void {
    if (halted) return;
    mailbox.push(event);
    if (handling) return;
    handling = true;
    let isQuiet = true;
    try {
      for (let next = mailbox.shift(); next && !halted; next = mailbox.shift()) {
        step(next);
        chronicle.look(next);
        if (proposals.traced.size > 0) proposals.traced.look(next);
        isQuiet &&= next.type === 'clock.ticked' && raft.effects.length === 0;
        performEffects();
      }
    } catch (error) {
      fail(error);
    }
    handling = false;
    // Most ticks change nothing that the log, the followers or the disk have to hear of.
    if (!isQuiet || hasWork()) scheduleTurn();
  }

  function hasWork(): boolean {
    return applier.isReady || proposals.isReady || batches.isDue || (raft.appendsDue && role === 'leader');
  }

  function step(event: ReplicaEvent): void {
    if (steadyStep(raft, role, event)) return;
    actor.send(event);
    role = roleOf(actor);
  }

  function performEffects(): void {
    const { effects } = raft;
    raft.effects = [];
    for (const effect of effects) if (!halted) perform(effect);
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        mesh.tell(effect.to, effect.message.type, effect.message.body);
        break;
      case 'sendAfterSync':
        batches.afterSync(() => mesh.tell(effect.to, effect.message.type, effect.message.body));
        break;
      case 'broadcast':
        mesh.broadcast(effect.to, 'raft.append', effect.body);
        break;
      case 'persist':
        batches.save(options.persist(effect));
        break;
      case 'apply':
        applier.proceed();
        break;
      case 'confirmReads':
        reads.confirm(effect.ids, effect.index);
        break;
      case 'resign':
        resign();
        break;
      case 'sendSnapshot':
        chronicle.sends(effect.to);
        sender.start(effect.to);
        break;
      case 'stopSnapshot':
        sender.stop(effect.to);
        break;
      case 'receiveSnapshot':
        receiver.receive(effect.from, effect.body);
        break;
    }
  }

  function resign(): void {
    proposals.rejectLogged(new BazarError('leader-lost'));
    reads.rejectAll(notLeader());
  }

  /** Once per event-loop turn: what has come together in it goes into the log, to the followers and to the disk. */
  function scheduleTurn(): void {
    if (turnScheduled || halted) return;
    turnScheduled = true;
    clock.defer(endTurn);
  }

  function endTurn(): void {
    if (halted) return;
    try {
      applier.renewTurn();
      applier.proceed();
      takeCommands();
      if (role === 'leader') {
        const ids = reads.take();
        if (ids.length > 0) dispatch({ type: 'reads.requested', ids });
        dispatch({ type: 'turn.ended' });
      }
      batches.flush();
    } catch (error) {
      fail(error);
    }
    // What these events changed has gone out with this turn; only what did not fit needs another.
    turnScheduled = false;
    if (hasWork()) scheduleTurn();
    else if (raft.commitUnsaid && role === 'leader') saySoon();
  }

  /** A commit index alone does not make a message while the next entries may carry it. */
  function saySoon(): void {
    saying ??= clock.setTimeout(() => {
      saying = undefined;
      dispatch({ type: 'commit.due' });
    }, raft.limits.commitNewsMs);
  }

  /** Proposals are known by the places that they get in the log, so no tick may put a note there between the two. */
  function takeCommands(): void {
    ticker.catchUp();
    if (role !== 'leader') proposals.rejectQueued(notLeader);
    const commands = role === 'leader' ? proposals.take() : [];
    if (commands.length > 0) handle({ type: 'commands.proposed', commands, at: clock.now() });
  }

  function notLeader(): BazarError {
    return new BazarError('not-leader', undefined, { leader: raft.leader });
  }

  function fail(error: unknown): void {
    if (halted) return;
    if (error instanceof FullDiskError) {
      // What waits for the disk is never sent; what was committed is read on, from memory where it has to be.
      batches.halt();
      if (raft.diskFull === null) dispatch({ type: 'disk.filled', words: error.words });
      return;
    }
    stop();
    logger.fatal({ err: error }, 'the replica cannot go on');
    observer.failed(error);
  }

  function stop(): void {
    halted = true;
    batches.halt();
    ticker.stop();
    clock.clearTimeout(saying);
    sender.stopAll();
    proposals.rejectQueued(notLeader);
    resign();
  }

  return {
    get state() {
      return state;
    },
    get role() {
      return role;
    },
    dispatch,
    ticker,
    acknowledgeSnapshot: sender.acknowledge,
    propose(command, trace) {
      if (halted || role !== 'leader') return Promise.reject(notLeader());
      scheduleTurn();
      return proposals.add(command, trace);
    },
    readIndex() {
      if (halted || role !== 'leader') return Promise.reject(notLeader());
      scheduleTurn();
      return reads.add();
    },
    afterSync(then) {
      batches.afterSync(then);
      scheduleTurn();
    },
    stop,
  };
}
