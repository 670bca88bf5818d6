import { createActor } from 'xstate';
import type {
  Effect,
  EventOf,
  LogEnd,
  Raft,
  RaftMessage,
  ReplicaEvent,
} from '../../actors/raft/core/raft.ts';
import { replicaStatechart } from '../../actors/raft/core/statechart.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { Body, NodeId } from '../../runtime/links/mesh.ts';
import { seededRandom } from '../../runtime/random.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { openWholeDisk } from '../support/whole-disk.ts';

/** Small round numbers: an election timeout is 10 to 20 ticks, a heartbeat every second tick. */
export const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  heartbeatTicks: 2,
  electionTicks: 10,
  successionTicks: 3,
};

/** What a replica's disk holds when it starts. */
export interface Beginning {
  /** `catalog-1` if left out. */
  readonly self?: NodeId;
  readonly catalogs?: number;
  /** The terms of the log's entries, from index 1. */
  readonly log?: readonly number[];
  readonly term?: number;
  readonly votedFor?: NodeId;
  /** Entries known to be committed. */
  readonly commit?: number;
  /** Entries that the log has forgotten. */
  readonly forgotten?: number;
  readonly wiped?: boolean;
  readonly voteFloor?: LogEnd;
  readonly limits?: Partial<Limits>;
}

/** The statechart without a driver: events go in, effects come out, and nothing happens by itself. */
export interface Trial {
  readonly raft: Raft;
  readonly state: string;
  /** Why the machine has stopped, if it has. */
  readonly fault: unknown;
  /** Gives these events to the machine; returns all their effects. */
  send(...events: ReplicaEvent[]): Effect[];
  /** `syncTicks`: how long the batch under way has been with the disk. */
  tick(count?: number, draw?: number, syncTicks?: number): Effect[];
  /** The synced batch returns that holds all that was changed so far. */
  sync(applied?: number): Effect[];
}

export async function createTrial(beginning: Beginning = {}): Promise<Trial> {
  const raft = await createRaft(beginning);
  const actor = createActor(replicaStatechart, { input: { raft } });
  let fault: unknown;
  actor.subscribe({
    error: (error) => {
      fault = error;
    },
  });
  actor.start();

  const trial: Trial = {
    raft,
    get state() {
      const { value } = actor.getSnapshot();
      return typeof value === 'string' ? value : value.participating;
    },
    get fault() {
      return fault;
    },
    send(...events) {
      for (const event of events) actor.send(event);
      const { effects } = raft;
      raft.effects = [];
      return effects;
    },
    tick(count = 1, draw = 0, syncTicks = 0) {
      const event = { type: 'clock.ticked' as const, draw, syncTicks };
      return trial.send(...Array.from({ length: count }, () => event));
    },
    sync(applied = 0) {
      const { term, votedFor, log } = raft;
      return trial.send({
        type: 'batch.synced',
        term,
        votedFor,
        lastIndex: log.lastIndex,
        lastTerm: log.lastTerm,
        applied,
      });
    },
  };
  return trial;
}

export async function createRaft(beginning: Beginning = {}): Promise<Raft> {
  const { self = 'catalog-1', catalogs = 3, log = [], commit = 0, forgotten = 0, wiped = false } = beginning;
  const names = Array.from({ length: catalogs }, (_, at) => `catalog-${at + 1}`);
  const disk = await openWholeDisk(await openMemoryStore(), {
    cluster: 'trial',
    node: self,
    format: !wiped,
    random: seededRandom(1),
  });
  const raft = disk.raft(self, names, { ...LIMITS, ...beginning.limits });
  raft.chance = 0;
  raft.log.append(noOps(log));
  raft.log.compactTo(forgotten);
  raft.durableIndex = raft.log.lastIndex;
  raft.term = beginning.term ?? raft.log.lastTerm;
  raft.durableTerm = raft.term;
  raft.votedFor = beginning.votedFor ?? null;
  raft.durableVote = raft.votedFor;
  raft.commit = Math.max(commit, forgotten);
  raft.voteFloor = beginning.voteFloor ?? null;
  return raft;
}

/** A leader whose no-op is in its log and has not left yet; the others have voted for it. */
export async function createLeader(beginning: Beginning = {}): Promise<Trial> {
  const trial = await createTrial(beginning);
  trial.tick(trial.raft.timeout + 1);
  const voters = trial.raft.peers.slice(0, trial.raft.quorum - 1);
  trial.send(...voters.map((from) => granted(trial.raft, from, true)));
  trial.sync();
  trial.send(...voters.map((from) => granted(trial.raft, from, false)));
  if (trial.state !== 'leader') throw new Error(`it is a ${trial.state}`);
  return trial;
}

/** A leader whose followers have everything, and whose own log is durable and committed. */
export async function createSettledLeader(beginning: Beginning = {}): Promise<Trial> {
  const trial = await createLeader(beginning);
  trial.send(TURN);
  trial.sync();
  const { raft } = trial;
  for (const from of raft.peers) trial.send(matched(raft, from, raft.log.lastIndex));
  trial.send(TURN);
  return trial;
}

/** A follower of `catalog-2`, which has been heard. */
export async function createFollower(beginning: Beginning = {}): Promise<Trial> {
  const trial = await createTrial({ term: 1, ...beginning });
  trial.send(append(trial.raft.term, { prev: [0, 0], seq: 0 }));
  return trial;
}

export const TURN: ReplicaEvent = { type: 'turn.ended' };

export function noOps(terms: readonly number[]) {
  return terms.map((term) => ({ term, at: 0, command: null }));
}

/** An append of `catalog-2`: entries of these terms behind `prev`, an index and a term. */
export function append(
  term: number,
  facts: {
    from?: NodeId;
    prev?: [index: number, term: number];
    log?: number[];
    commit?: number;
    seq?: number;
  },
): EventOf<'append.received'> {
  const { from = 'catalog-2', prev: [prevIndex, prevTerm] = [0, 0], log = [], commit = 0, seq = 1 } = facts;
  return { type: 'append.received', from, term, prevIndex, prevTerm, entries: noOps(log), commit, seq };
}

/** `catalog-2` asks for a vote in `term` with a log that ends so. */
export function voteRequest(
  term: number,
  { from = 'catalog-2', pre = false, lastTerm = 0, lastIndex = 0 } = {},
): EventOf<'vote.requested'> {
  return { type: 'vote.requested', from, term, pre, lastTerm, lastIndex };
}

/** The vote, or pre-vote, that the present campaign asks for. */
export function granted(raft: Raft, from: NodeId, pre: boolean): EventOf<'vote.answered'> {
  const campaign = pre ? raft.term + 1 : raft.term;
  return { type: 'vote.answered', from, term: raft.term, campaign, pre, granted: true };
}

/** A follower has everything up to `match`. */
export function matched(
  raft: Raft,
  from: NodeId,
  match: number,
  seq = raft.round,
): EventOf<'append.answered'> {
  return { type: 'append.answered', from, term: raft.term, ok: true, match, seq };
}

/** A follower cannot place the latest append. */
export function refused(
  raft: Raft,
  from: NodeId,
  conflict: { conflictIndex: number; conflictTerm?: number; seq?: number },
): EventOf<'append.answered'> {
  return {
    type: 'append.answered',
    from,
    term: raft.term,
    ok: false,
    match: 0,
    seq: raft.round,
    ...conflict,
  };
}

/** The messages of one type among the effects, each with its receiver. */
export function sent<T extends RaftMessage['type']>(effects: readonly Effect[], type: T) {
  const messages: (Body<T> & { to: NodeId })[] = [];
  for (const effect of effects) {
    if (isSending(effect) && effect.message.type === type) {
      messages.push({ to: effect.to, ...(effect.message.body as Body<T>) });
    }
  }
  return messages;
}

function isSending(effect: Effect): effect is Extract<Effect, { message: RaftMessage }> {
  return effect.type === 'send' || effect.type === 'sendAfterSync';
}

/** The appends among the effects, one a receiver, in short: `catalog-2: 1 2 after 3@1`. */
export function appends(effects: readonly Effect[]): string[] {
  return ofType(effects, 'broadcast').flatMap(({ to, body }) =>
    to.map((peer) => `${peer}: ${inShort(body)}`),
  );
}

/** The appends to one follower: the terms of their entries, and behind what they belong. */
export function appendsTo(peer: NodeId, effects: readonly Effect[]): string[] {
  return ofType(effects, 'broadcast')
    .filter(({ to }) => to.includes(peer))
    .map(({ body }) => inShort(body));
}

function inShort({ entries, prevIndex, prevTerm }: Body<'raft.append'>): string {
  return `${entries.map(({ term }) => `${term} `).join('')}after ${prevIndex}@${prevTerm}`;
}

export function ofType<T extends Effect['type']>(
  effects: readonly Effect[],
  type: T,
): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}

/** The terms of a log's entries from `from` on. */
export function termsOf({ log }: Raft, from = log.offset.index + 1): number[] {
  return log.slice(from, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).map(({ term }) => term);
}
