import fc from 'fast-check';
import type { CatalogState } from '../../actors/catalog/state.ts';
import type { Raft } from '../../actors/raft/core/raft.ts';
import { createGroupCommit, type GroupCommit } from '../../actors/raft/group-commit.ts';
import type { Command } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { seededRandom } from '../../runtime/random.ts';
import { keysUnder } from '../../storage/keys.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import type { Store } from '../../storage/store.ts';
import { commandLog } from '../catalog/commands.ts';
import type { WholeDisk } from '../support/whole-disk.ts';
import { openWholeDisk } from '../support/whole-disk.ts';

/** What a catalog's disk goes through: everything that a replica does to it, in any order that Raft allows. */
export type Step =
  | { readonly do: 'append'; readonly commands: readonly Command[] }
  | { readonly do: 'vote'; readonly for: string | null }
  | { readonly do: 'truncate' | 'apply' | 'compact'; readonly part: number }
  | { readonly do: 'snapshot'; readonly ahead: number }
  | { readonly do: 'restart' };

const part = fc.integer({ min: 1, max: 100 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('append'), commands: commandLog }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('vote'), for: fc.constantFrom('catalog-2', 'catalog-3', null) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply'), part }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('truncate', 'compact'), part }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot'), ahead: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'restart' }) },
) as fc.Arbitrary<Step>;
export const lifeSteps = fc.array(step, { minLength: 20, maxLength: 60, size: 'max' });

export interface Life {
  readonly cluster: string;
  readonly node: string;
  /** `summaryOf` the disk after each batch that was durable, the last one last. */
  readonly durable: readonly string[];
}

const CATALOGS = ['catalog-1', 'catalog-2', 'catalog-3'];
const OWNER = { cluster: 'bookshop', node: 'catalog-1' };
/** Makes a command's entry some hundred bytes long, so that journals have many blocks. */
const PADDING = 'x'.repeat(600);

/** All of a disk that counts, as text: two disks are the same where this is. */
export function summaryOf(disk: WholeDisk): string {
  return summary(disk.state, disk.raft(OWNER.node, CATALOGS, DEFAULT_LIMITS), disk.identity);
}

function summary(
  state: CatalogState,
  { log, term, votedFor, wiped }: Raft,
  identity: WholeDisk['identity'],
): string {
  return JSON.stringify({
    identity,
    wiped,
    term,
    votedFor,
    offset: log.offset,
    end: log.positionAt(log.lastIndex),
    applied: state.applied,
    digest: state.digest,
    books: state.booksAfter(0, 1_000).books,
  });
}

/** Lives through `steps` in `directory`, with one synced batch after each, and leaves it closed. */
export async function live(directory: string, steps: readonly Step[]): Promise<Life> {
  const random = seededRandom(1);
  const durable: string[] = [];
  let store!: Store;
  let disk!: WholeDisk;
  let raft!: Raft;
  let state!: CatalogState;
  let batches!: GroupCommit;

  async function open(format: boolean): Promise<void> {
    store = await openLevelStore(directory);
    disk = await openWholeDisk(store, { ...OWNER, format, random });
    raft = disk.raft(OWNER.node, CATALOGS, DEFAULT_LIMITS);
    state = disk.state;
    batches = createGroupCommit({ store, raft, state: () => state, synced: () => {}, fail: rethrow });
    durable.push(summary(state, raft, disk.identity));
  }

  async function save(): Promise<void> {
    const saved = new Promise<void>((resolve) => batches.afterSync(resolve));
    // So quiet that applied effects get a batch of their own.
    for (let tick = 0; tick < 3; tick++) batches.tick();
    batches.flush();
    await saved;
    durable.push(summary(state, raft, disk.identity));
  }

  await open(true);
  for (const next of steps) {
    if (next.do === 'restart') {
      await store.close();
      await open(false);
    } else {
      await change(next);
      await save();
    }
  }
  await store.close();
  return { ...OWNER, durable };

  async function change(next: Exclude<Step, { do: 'restart' }>): Promise<void> {
    const { log } = raft;
    const first = state.applied.index;
    const within = (percent: number) => first + Math.floor(((log.lastIndex - first) * percent) / 100);
    switch (next.do) {
      case 'append':
        if (raft.term === 0) vote(null);
        log.append(
          next.commands.map((command) => ({ term: raft.term, at: log.lastIndex, command: padded(command) })),
        );
        break;
      case 'vote':
        vote(next.for);
        break;
      case 'truncate':
        log.truncateAfter(within(next.part));
        break;
      case 'apply':
        for (let index = first + 1, last = within(next.part); index <= last; index++) {
          state.apply(log.positionAt(index)!, log.entry(index)!);
        }
        break;
      case 'compact':
        log.compactTo(log.offset.index + Math.floor(((first - log.offset.index) * next.part) / 100));
        break;
      case 'snapshot':
        await takeSnapshot(next.ahead);
    }
  }

  function vote(votedFor: string | null): void {
    raft.term++;
    raft.votedFor = votedFor;
    batches.save(disk.persist({ type: 'persist', term: raft.term, votedFor, voteFloor: raft.voteFloor }));
  }

  /** The present state, taken in again as that of another replica whose log went on for a while. */
  async function takeSnapshot(ahead: number): Promise<void> {
    const persisted = state.readPersisted(store);
    if (!persisted) return;
    const { lastIndex, lastTerm } = raft.log;
    const restoring = state.restore();
    const old = state.prefix;
    for await (const page of store.pages(keysUnder(old), 20)) {
      batches.save(restoring.accept(page.map(([key, value]) => [key.slice(old.length), value])));
      await save();
    }
    const finished = restoring.finish({ index: lastIndex + ahead, term: lastTerm, sum: ahead }, persisted);
    if (!finished) throw new Error('the snapshot does not have the digest that it should have');
    state = finished.state as CatalogState;
    raft.log.resetTo(state.applied);
    batches.save(finished.switchOver);
    await save();
    await store.clear(keysUnder(old));
  }
}

function padded(command: Command): Command {
  if (command.kind !== 'addBooks') return command;
  return { ...command, books: command.books.map((book) => ({ ...book, authors: PADDING })) };
}

function rethrow(error: unknown): never {
  throw error;
}
