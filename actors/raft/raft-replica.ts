import { BazarError } from '../../runtime/errors.ts';
import type { Incoming, NodeId, Peer, Reply } from '../../runtime/links/mesh.ts';
import type { EngineStanding, ProposedCommand, Replica, ReplicaRole } from '../replica/replica.ts';
import { createAskedIndexes } from './asked-indexes.ts';
import { atLeastAsNew, logEnd, type Raft } from './core/raft.ts';
import { createDriver, type Driver } from './driver.ts';
import type { DriverOptions } from './driver-options.ts';
import { raftFigures } from './figures.ts';
import { createLeaderContact } from './leader-contact.ts';
import { learnVoteFloor } from './learn-vote-floor.ts';

/** What a proposer is answered. */
type ProposalResult = Reply<'propose'>['result'];

export interface RaftReplicaOptions<Change> extends DriverOptions<ProposalResult, Change> {
  /** Whether a command may go to this leader: into its log where it is this replica itself, or else in a message. */
  readonly takes: (command: ProposedCommand, leader: NodeId) => boolean;
}

/** One member of the log that the catalogs replicate among themselves. */
export interface RaftReplica extends Replica {
  readonly role: ReplicaRole;
  /** Read only; what the statechart knows. */
  readonly raft: Readonly<Raft>;
  /** Ticks that have passed and that the statechart, which sleeps while nothing happens, has not counted yet. */
  readonly uncountedTicks: number;
}

/**
 * Joins a replica to the mesh: Raft's messages become events of its statechart, and proposals and strong reads
 * that reach a follower go on to the leader, once, with the time that is left.
 */
export function createRaftReplica<Change>(options: RaftReplicaOptions<Change>): RaftReplica {
  const { raft, mesh, clock, logger, observer } = options;
  const driver = createDriver({
    ...options,
    observer: {
      ...observer,
      ticked() {
        leaderContact.look();
        observer.ticked();
      },
    },
  });
  const leaderContact = createLeaderContact({
    raft,
    applied: () => driver.state.applied.index,
    uncountedTicks: () => driver.ticker.passed,
    clock,
  });
  const askedIndexes = createAskedIndexes(mesh, clock);
  const members = new Set<NodeId>(raft.peers);
  const incarnations = new Map<NodeId, string>();

  mesh.onTell('raft.vote', (body, { from }) => fromMember(from, { type: 'vote.requested', ...body }));
  mesh.onTell('raft.voted', (body, { from }) => fromMember(from, { type: 'vote.answered', ...body }));
  mesh.onTell('raft.append', (body, { from }) => fromMember(from, { type: 'append.received', ...body }));
  mesh.onTell('raft.appended', (body, { from }) => fromMember(from, { type: 'append.answered', ...body }));
  mesh.onTell('raft.snapshot', (body, { from }) => {
    fromMember(from, { type: 'snapshot.received', term: body.term, body });
  });
  mesh.onTell('raft.snapshotted', (body, { from }) => {
    if (!members.has(from.id)) return;
    driver.acknowledgeSnapshot(from.id, body);
    driver.dispatch({ type: 'term.exceeded', term: body.term });
  });
  mesh.onTell('disk.filled', (_, { from }) => {
    if (members.has(from.id)) driver.dispatch({ type: 'peer.filled', peer: from.id });
  });
  mesh.onAsk('raft.identify', () => identify());

  mesh.observe({
    opened(peer) {
      if (!members.has(peer.id)) return;
      const before = incarnations.get(peer.id);
      incarnations.set(peer.id, peer.incarnation);
      const wiped = before !== undefined && before !== peer.incarnation;
      driver.dispatch({ type: 'peer.connected', peer: peer.id, wiped });
    },
    closed(peer) {
      if (members.has(peer.id)) driver.dispatch({ type: 'peer.disconnected', peer: peer.id });
    },
  });
  let stopped = false;
  if (raft.wiped) {
    const patienceMs = raft.limits.electionTicks * raft.limits.tickMs;
    learnVoteFloor({ mesh, clock, raft, patienceMs, isStopped: () => stopped }).then(
      driver.dispatch,
      (error) => logger.debug({ err: error }, 'recovery ended'),
    );
  }

  type Unsigned<E> = E extends unknown ? Omit<E, 'from'> : never;
  function fromMember(
    from: Peer,
    event: Unsigned<Extract<Parameters<Driver['dispatch']>[0], { from: NodeId }>>,
  ): void {
    if (members.has(from.id)) driver.dispatch({ ...event, from: from.id });
  }

  /** Leaves only when it is durable: a wiped replica builds its promise on it. */
  function identify(): Promise<Reply<'raft.identify'>> {
    if (driver.role === 'recovering') return Promise.resolve({ recovering: true });
    if (raft.diskFull !== null) return Promise.reject(new BazarError('unavailable', 'Its disk is full.'));
    const own = logEnd(raft);
    // Until it has caught up, its vote floor stands for what it has forgotten since a wipe of its own.
    const end = raft.voteFloor && atLeastAsNew(raft.voteFloor, own) ? raft.voteFloor : own;
    const answer = { recovering: false as const, term: raft.term, ...end };
    return new Promise((resolve) => driver.afterSync(() => resolve(answer)));
  }

  async function propose(
    command: ProposedCommand,
    forwarded: boolean,
    incoming: Pick<Incoming, 'deadline' | 'trace'>,
  ): Promise<Reply<'propose'>> {
    const leader = leaderToAsk(forwarded);
    if (!options.takes(command, leader)) throw new BazarError('not-yet');
    const { deadline, trace } = incoming;
    if (leader === mesh.self) return { result: await driver.propose(command, trace), leader };
    const traced = trace && { recorder: trace, step: 'forward' };
    const timeoutMs = deadline - clock.monotonic();
    return mesh.ask(leader, 'propose', { command, forwarded: true }, timeoutMs, traced);
  }

  async function readIndex(deadline: number, forwarded = false): Promise<number> {
    const leader = leaderToAsk(forwarded);
    if (leader === mesh.self) return driver.readIndex();
    return askedIndexes.ask(leader, deadline);
  }

  /** This replica if it leads, else the one that it follows. What was forwarded once is not forwarded again. */
  function leaderToAsk(forwarded: boolean): NodeId {
    const { leader } = raft;
    if (driver.role === 'leader') return mesh.self;
    if (forwarded || leader === null || leader === mesh.self) {
      throw new BazarError('not-leader', undefined, { leader });
    }
    return leader;
  }

  const replica: RaftReplica = {
    get state() {
      return driver.state;
    },
    get role() {
      return driver.role;
    },
    raft,
    get uncountedTicks() {
      return driver.ticker.passed;
    },
    get standing(): EngineStanding {
      return { engine: 'raft', role: driver.role, term: raft.term, leader: raft.leader };
    },
    get caughtUp() {
      const { index } = driver.state.applied;
      return raft.leader !== null && index >= (driver.role === 'leader' ? raft.termStart : raft.leaderCommit);
    },
    get behind() {
      return Math.max(raft.commit, raft.leaderCommit) - driver.state.applied.index;
    },
    get unapplied() {
      return raft.log.lastIndex - driver.state.applied.index;
    },
    silentMs: leaderContact.silentMs,
    get diskFull() {
      return raft.diskFull;
    },
    get figures() {
      return { raft: raftFigures(replica) };
    },
    propose,
    readIndex,
    get isCaretaker() {
      return driver.role === 'leader' && replica.caughtUp;
    },
    note(command) {
      if (driver.role !== 'leader') return;
      driver.dispatch({ type: 'commands.proposed', commands: [command], at: clock.now() });
    },
    get noteEpoch() {
      return raft.term;
    },
    get stampedBy() {
      return raft.term;
    },
    synced: () =>
      raft.diskFull === null ? new Promise((resolve) => driver.afterSync(resolve)) : Promise.resolve(),
    stop() {
      stopped = true;
      driver.stop();
    },
  };
  return replica;
}
