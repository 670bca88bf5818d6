import type { BookId } from '../../runtime/domain.ts';
import { GENERATION_KEY, HARD_STATE_KEY, LOG_PREFIX, logIndex, logKey } from '../../storage/keys.ts';
import type { Position } from '../../storage/position.ts';
import { tooMuchHeld } from './memory-bounds.ts';
import { raftOf } from './raft-of.ts';
import type { SimNode, World } from './world.ts';

/** A rule of Raft or of the store was broken; the run has failed. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * What must hold after every event, whatever has failed (Raft, figure 3, and the guarantees of the store). Each
 * catalog is looked at only as far as it has changed.
 */
export interface Invariants {
  check(): void;
  /** The highest index that any catalog has committed. */
  readonly committed: number;
  /** Leaders seen, by term. */
  readonly leaders: ReadonlyMap<number, string>;
  /** The latest version of a book that any catalog had applied at `time`. */
  versionAt(book: BookId, time: number): number;
  /** The version of a book as of a log index. */
  versionAsOf(book: BookId, index: number): number;
}

interface Seen {
  process: SimNode['process'];
  role: string;
  term: number;
  lastIndex: number;
  lastSum: number;
  commit: number;
  applied: number;
}

export function createInvariants(world: World): Invariants {
  const catalogs = world.ofKind('catalog');
  const quorum = Math.floor(catalogs.length / 2) + 1;
  const seen = new Map<SimNode, Seen>();
  const leaders = new Map<number, string>();
  let highestTerm = 0;
  /** Checksum chains by index and term: equal place, equal past. */
  const sums = new Map<string, number>();
  /** What leaders were last seen to know of each follower. */
  const matches = new Map<string, number>();
  const committed: Position[] = [];
  /** What catalogs over an outer log have applied: each, and the furthest. */
  const followed = new Map<SimNode, Pick<Seen, 'process' | 'applied'>>();
  let highest = 0;
  let trimmed = 0;
  const digests = new Map<number, { digest: string; node: string }>();
  /** When each version of a book was first applied anywhere, in the order of versions. */
  const versions = new Map<BookId, { readonly version: number; readonly at: number }[]>();

  function check(): void {
    if (world.complaints.length > 0) throw new Violation(`a node gave up: ${world.complaints[0]}`);
    for (const node of catalogs) if (node.catalog) look(node, node.catalog);
    checkTrim();
    const { last } = world.scheduler;
    const node = world.nodes.find(({ process }) => process === last);
    const excess = node && tooMuchHeld(node, world.plan);
    if (excess !== undefined) throw new Violation(`${node!.id}: ${excess}`);
  }

  /** What an outer log lets go of is durable on two disks, that one may be lost. */
  function checkTrim(): void {
    const upTo = world.log?.trimmed ?? 0;
    if (upTo === trimmed) return;
    trimmed = upTo;
    const holders = catalogs.filter(({ disk }) => (placeOn(disk!)?.place?.ordinal ?? 0) >= upTo);
    const wiped = catalogs.filter((node) => node.wiped && !holders.includes(node));
    if (holders.length + wiped.length >= 2) return;
    throw new Violation(`the log was let go of up to ${upTo}, which is durable on ${namesOf(holders)} only`);
  }

  function look(node: SimNode, catalog: NonNullable<SimNode['catalog']>): void {
    const replica = raftOf(catalog);
    if (replica === undefined) {
      lookAtFollower(node, catalog);
      return;
    }
    const { raft, role } = replica;
    const { log } = raft;
    const before = seen.get(node);
    const known = before?.process === node.process ? before : undefined;
    const lastSum = log.positionAt(log.lastIndex)!.sum;
    const applied = catalog.state.applied.index;

    if (known?.role !== role || known.term !== raft.term) checkLeader(node, role, raft.term);
    if (known && raft.term < known.term) throw new Violation(`${node.id} went back to term ${raft.term}`);
    if (known?.lastIndex !== log.lastIndex || known.lastSum !== lastSum) {
      checkLog(node, known);
    }
    if (known?.commit !== raft.commit) checkCommit(node, known?.commit ?? log.offset.index);
    if (known?.applied !== applied) checkState(node, known?.applied ?? 0);
    if (role === 'leader') {
      checkMatches(node);
      checkDisk(node);
    }
    seen.set(node, {
      process: node.process,
      role,
      term: raft.term,
      lastIndex: log.lastIndex,
      lastSum,
      commit: raft.commit,
      applied,
    });
  }

  /** Where an outer engine orders the log there is nothing but what is applied: in one order, and never back. */
  function lookAtFollower(node: SimNode, catalog: NonNullable<SimNode['catalog']>): void {
    const { index, sum } = catalog.state.applied;
    const before = followed.get(node);
    const known = before?.process === node.process ? before.applied : 0;
    if (index === known && before?.process === node.process) return;
    followed.set(node, { process: node.process, applied: index });
    const first = sums.get(`${index}`);
    if (first !== undefined && first !== sum) {
      throw new Violation(`${node.id} has applied another entry ${index} than a replica before it`);
    }
    sums.set(`${index}`, sum);
    highest = Math.max(highest, index);
    checkBooks(node, known);
  }

  /**
   * Election safety, and leader completeness: who leads has everything that was committed in earlier terms. A
   * candidate that was paused may still win an old term after a newer leader has committed more.
   */
  function checkLeader(node: SimNode, role: string, term: number): void {
    if (role !== 'leader') return;
    const other = leaders.get(term);
    if (other !== undefined && other !== node.id) {
      throw new Violation(`term ${term} has two leaders, ${other} and ${node.id}`);
    }
    if (other === undefined) {
      world.trace.mark(world.scheduler.now, `${node.id} leads term ${term}`);
      checkElected(node.id, term);
    }
    leaders.set(term, node.id);
    if (term < highestTerm) return;
    highestTerm = term;
    const last = committed.at(-1);
    const { log } = raftOf(node.catalog)!.raft;
    const own = last && log.positionAt(last.index);
    if (last && last.index > log.offset.index && own?.sum !== last.sum) {
      throw new Violation(`${node.id} leads term ${term} without the committed entry ${last.index}`);
    }
  }

  /** A majority has durably voted for it, or has gone on to a later term since. */
  function checkElected(leader: string, term: number): void {
    const voters = catalogs.filter(({ disk, wiped }) => {
      const promise = promiseOn(disk!);
      return wiped || promise.term > term || (promise.term === term && promise.votedFor === leader);
    });
    if (voters.length < quorum) {
      throw new Violation(
        `${leader} leads term ${term} by votes that are durable on ${namesOf(voters)} only`,
      );
    }
  }

  /** Log matching: two logs that agree on an entry's index and term agree on everything before it. */
  function checkLog(node: SimNode, known: Seen | undefined): void {
    const { log } = raftOf(node.catalog)!.raft;
    const grown = known && log.positionAt(known.lastIndex)?.sum === known.lastSum;
    const from = grown ? known.lastIndex + 1 : log.offset.index + 1;
    for (let index = from; index <= log.lastIndex; index++) {
      const { term, sum } = log.positionAt(index)!;
      const key = `${index}/${term}`;
      const first = sums.get(key);
      if (first !== undefined && first !== sum) {
        throw new Violation(`${node.id} has another entry ${index} of term ${term} than a replica before it`);
      }
      sums.set(key, sum);
    }
  }

  /** State machine safety: what is committed is never lost or changed, and is durable on a majority. */
  function checkCommit(node: SimNode, from: number): void {
    const { raft, role } = raftOf(node.catalog)!;
    if (raft.commit < from) throw new Violation(`${node.id} took its commit index back to ${raft.commit}`);
    // Raft, section 5.4.2: what a majority has of an earlier term may still be overwritten.
    if (role === 'leader' && raft.log.termAt(raft.commit) !== raft.term) {
      throw new Violation(`${node.id} commits entry ${raft.commit} of an earlier term by counting`);
    }
    for (let index = Math.max(from, raft.log.offset.index) + 1; index <= raft.commit; index++) {
      const position = raft.log.positionAt(index);
      if (!position) throw new Violation(`${node.id} has committed entry ${index}, which it does not have`);
      const before = committed[index - 1];
      if (before === undefined) {
        checkDurable(position);
        committed[index - 1] = position;
      } else if (before.sum !== position.sum) {
        throw new Violation(`${node.id} has committed another entry ${index} than a replica before it`);
      }
    }
  }

  function checkDurable(position: Position): void {
    const holders = catalogs.filter((node) => isDurableOn(node, position));
    if (holders.length < quorum) {
      throw new Violation(`entry ${position.index} is committed, but durable on ${namesOf(holders)} only`);
    }
  }

  /** Whoever leads has a disk that answers within the limit, and a tick to notice that it does not. */
  function checkDisk(node: SimNode): void {
    const { syncTicks, limits } = raftOf(node.catalog)!.raft;
    if (syncTicks > limits.hangingDiskTicks) throw new Violation(`${node.id} leads with a disk that hangs`);
  }

  /** What a leader takes a follower to have, it has durably, unless another leader has come since. */
  function checkMatches(leader: SimNode): void {
    const { progress, log, term } = raftOf(leader.catalog)!.raft;
    if (term < highestTerm) return;
    for (const [id, { match }] of progress) {
      const key = `${leader.id} ${id}`;
      if (matches.get(key) === match) continue;
      matches.set(key, match);
      const position = log.positionAt(match);
      if (position && !isDurableOn(world.node(id), position)) {
        throw new Violation(`${leader.id} takes entry ${match} to be durable on ${id}, where it is not`);
      }
    }
  }

  /** Equal applied index, equal digest; and every book balances. */
  function checkState(node: SimNode, from: number): void {
    const { index, sum } = node.catalog!.state.applied;
    const position = raftOf(node.catalog)!.raft.log.positionAt(index);
    if (position?.sum !== sum)
      throw new Violation(`${node.id} has applied another entry ${index} than it has`);
    checkBooks(node, from);
  }

  function checkBooks(node: SimNode, from: number): void {
    const { state } = node.catalog!;
    const { index } = state.applied;
    if (index < from) throw new Violation(`${node.id} went back to applied index ${index} from ${from}`);
    const first = digests.get(index);
    if (first === undefined) digests.set(index, { digest: state.digest, node: node.id });
    else if (first.digest !== state.digest) {
      throw new Violation(`${node.id} and ${first.node} differ at applied index ${index}`);
    }
    for (const book of state.books()) {
      const { id, initial, restocked, returned = 0, sold, held = 0, stock, version } = book;
      const known = versions.get(id) ?? [];
      versions.set(id, known);
      if (version > (known.at(-1)?.version ?? 0)) known.push({ version, at: world.scheduler.now });
      const isSound = stock >= 0 && held >= 0 && returned >= 0;
      if (isSound && initial + restocked + returned - sold - held === stock) continue;
      throw new Violation(
        `${node.id}: book ${id} has ${initial} + ${restocked} + ${returned} - ${sold} - ${held} but stock ${stock}`,
      );
    }
  }

  return {
    check,
    get committed() {
      return Math.max(committed.length, highest);
    },
    leaders,
    versionAt: (book, time) => versions.get(book)?.findLast(({ at }) => at <= time)?.version ?? 0,
    versionAsOf: (book, index) =>
      versions.get(book)?.findLast(({ version }) => version <= index)?.version ?? 0,
  };
}

/** The highest index that a disk holds, in its log or in its applied state. */
export function durableOn(disk: NonNullable<SimNode['disk']>): number {
  let highest = appliedOn(disk);
  for (const key of disk.records.keys()) {
    if (key.startsWith(LOG_PREFIX)) highest = Math.max(highest, logIndex(key));
  }
  return highest;
}

const SEAL_DIGITS = 8;

/** What the replica on a disk has durably promised. */
function promiseOn(disk: NonNullable<SimNode['disk']>): { term: number; votedFor: string | null } {
  const text = disk.records.get(HARD_STATE_KEY);
  return text ? JSON.parse(text.slice(SEAL_DIGITS)) : { term: 0, votedFor: null };
}

function namesOf(nodes: readonly SimNode[]): string {
  return nodes.map(({ id }) => id).join(', ') || 'no catalog';
}

function isDurableOn({ disk, wiped, heldBeforeWipe }: SimNode, { index, sum }: Position): boolean {
  return (
    // A record ends with its sum; another entry at this index does not count.
    (disk!.records.get(logKey(index))?.endsWith(`,${sum}]`) ?? false) ||
    appliedOn(disk!) >= index ||
    // Its acknowledgement may have been under way when its disk was wiped; it is the minority that may fail.
    (wiped && heldBeforeWipe >= index)
  );
}

/** Up to where a disk's state is applied. Its record is sealed by a checksum in front. */
function appliedOn(disk: NonNullable<SimNode['disk']>): number {
  return placeOn(disk)?.index ?? 0;
}

function placeOn(disk: NonNullable<SimNode['disk']>): Position | undefined {
  const generation = disk.records.get(GENERATION_KEY)?.slice(SEAL_DIGITS) ?? 0;
  const text = disk.records.get(`g${generation}/applied`);
  return text ? JSON.parse(text.slice(SEAL_DIGITS)).position : undefined;
}
