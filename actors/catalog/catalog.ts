import type { Clock } from '../../runtime/clock.ts';
import { canRead, leastLevel } from '../../runtime/command-levels.ts';
import { createHappenings, type Happenings } from '../../runtime/create-happenings.ts';
import { type BookChange, type Result, repeated } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { NodeStatus } from '../../runtime/node-status.ts';
import { createLifecycle, type Lifecycle } from '../../runtime/process/lifecycle.ts';
import { createNewsRing } from '../../runtime/process/news-ring.ts';
import { createWatchedNode, type OwnFigures } from '../../runtime/process/watched-node.ts';
import type { Random } from '../../runtime/random.ts';
import { measuredStore } from '../../storage/measured-store.ts';
import type { JoinLog } from '../replica/join-log.ts';
import type { Replica } from '../replica/replica.ts';
import { auditCatalog } from './audit.ts';
import type { CatalogDisk } from './disk.ts';
import { createFeed } from './feed.ts';
import type { BookFinder } from './find/book-finder.ts';
import { createHoldExpiry } from './hold-expiry.ts';
import { createLevelRaise } from './level-raise.ts';
import { createRecordCheck } from './record-check.ts';
import { createRefusalExpiry } from './refusal-expiry.ts';
import { createRoomWatch } from './room-watch.ts';
import { serveReads } from './serve-reads.ts';
import type { CatalogState } from './state.ts';
import { tellFullDisk } from './tell-full-disk.ts';
import { createVersionWaits } from './version-waits.ts';

const MIB = 1024 * 1024;

export interface CatalogOptions<R extends Replica> {
  readonly disk: CatalogDisk;
  /** Joins the log of the cluster, whatever engine orders it. */
  readonly join: JoinLog<R, Result, BookChange>;
  /** All catalogs of the cluster, this one among them. */
  readonly catalogs: readonly NodeId[];
  /** Names this start of the whole store; a catalog that is started again alone has the same. */
  readonly boot: string;
  readonly mesh: Mesh & { readonly url: string };
  readonly pid: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
  /** Finds books by words; without it reads of that kind are not answered. */
  readonly finder?: BookFinder;
  /** Told of each level that the log is raised to, and first of the one that the disk had. */
  readonly onLevel?: (level: number) => void;
  /** The disk failed or an invariant broke: the process must end, and may be started again. */
  readonly onFailure: (error: unknown) => void;
}

/** A catalog replica: one member of the replicated log, the reads it answers, and its commit feed. */
export interface Catalog<R extends Replica = Replica> extends Pick<Happenings, 'onHappening'> {
  readonly lifecycle: Lifecycle;
  readonly replica: R;
  readonly state: CatalogState;
  /** How it is now; those of its syncs since this was asked last. */
  figures(): OwnFigures;
  /** Takes no new proposals and resolves when what it knows is durable. */
  drain(): Promise<void>;
  stop(): void;
}

export function createCatalog<R extends Replica>(options: CatalogOptions<R>): Catalog<R> {
  const { disk, mesh, clock, limits, logger, finder } = options;
  const lifecycle = createLifecycle({ clock, logger, limits });
  const happenings = createHappenings({ node: mesh.self, clock, limits, logger });
  const news = createNewsRing({ clock, limits, pid: options.pid, happenings });
  const store = measuredStore(disk.store, clock);
  const waits = createVersionWaits({ clock, limits });
  let state = disk.state;
  const feed = createFeed({
    index: state.applied.index,
    clock,
    limits,
    send: (to, body) => mesh.tell(to, 'feed.changes', body),
  });

  const check = createRecordCheck({
    resting: disk.resting,
    clock,
    limits,
    logger,
    fail: options.onFailure,
  });
  const diskFilled = tellFullDisk(mesh);
  const replica = options.join({
    state,
    store,
    mesh,
    clock,
    random: options.random,
    limits,
    logger,
    takes: (command, leader) =>
      leader === mesh.self ? leastLevel(command) <= state.level : canRead(mesh.peer(leader), command),
    repeatable: repeated,
    observer: {
      applied(index, changes) {
        feed.record(index, changes);
        finder?.changed(changes);
        waits.reached(index);
      },
      ticked: watch,
      replaced(next) {
        state = next as CatalogState;
        check.stop();
        feed.reset(state.applied.index);
        waits.reached(state.applied.index);
      },
      happened(happening) {
        if (happening.kind === 'diskFull') diskFilled(happening.facts.words);
        happenings.tell(happening);
      },
      failed: options.onFailure,
    },
  });

  const roomWatch = createRoomWatch({ ...options, store, end: options.onFailure });
  const levelRaise = createLevelRaise({
    replica,
    mesh,
    catalogs: options.catalogs,
    level: () => state.level,
  });
  const holdExpiry = createHoldExpiry({ replica, state: () => state, clock, limits });
  const refusalExpiry = createRefusalExpiry({ replica, state: () => state, clock, limits, logger });

  /** Not that of an earlier start: what was cached under that one may be the future of a store put back since. */
  function knownBoot(): string | null {
    return state.boot === options.boot ? options.boot : null;
  }

  let notedIn = -1;
  /** Each caretaker of the log sees to it, once, that this start stands there. */
  function noteBoot(): void {
    if (state.boot === options.boot || !replica.isCaretaker || replica.behind > 0) return;
    if (notedIn === replica.noteEpoch) return;
    notedIn = replica.noteEpoch;
    replica.note({ kind: 'boot', boot: options.boot });
  }

  const stopReads = serveReads({ mesh, replica, state: () => state, waits, finder, clock, limits });

  mesh.onAsk('propose', ({ command, forwarded }, incoming) => {
    if (lifecycle.state === 'draining' || lifecycle.state === 'down') throw new BazarError('draining');
    return replica.propose(command, forwarded, incoming);
  });
  mesh.onAsk('read.index', async ({ forwarded }, { deadline }) => ({
    index: await replica.readIndex(deadline, forwarded),
  }));

  mesh.onAsk('feed.follow', ({ from }, incoming) => {
    const silentMs = replica.silentMs();
    if (silentMs === null || silentMs > limits.leaderSilenceMs) {
      throw new BazarError('unavailable', 'This catalog is cut off from the log.');
    }
    return { ...feed.follow(incoming.from.id, from), boot: knownBoot() };
  });
  mesh.onAsk('feed.alive', () => {
    feed.flush();
    return { index: feed.index, silentMs: replica.silentMs(), boot: knownBoot() };
  });
  mesh.onTell('feed.leave', (_, { from }) => feed.unfollow(from.id));
  mesh.observe({ opened() {}, closed: (peer) => feed.unfollow(peer.id) });

  mesh.onAsk('audit', ({ atLeast, after, limit, waitMs }) => {
    if (!check.isOver) throw new BazarError('behind', 'This catalog has not checked all of its orders yet.');
    const audit = () => auditCatalog(state, { after, limit });
    if (state.applied.index >= atLeast) return audit();
    return waits.until(atLeast, clock.monotonic() + waitMs, audit);
  });

  mesh.onAsk('status', (): NodeStatus => {
    const { engine, role, term, leader } = replica.standing;
    return {
      id: mesh.self,
      kind: 'catalog',
      pid: options.pid,
      state: lifecycle.state,
      role: role === 'recovering' || role === 'reader' ? undefined : role,
      term,
      applied: state.applied.index,
      leader: leader ?? undefined,
      engine: engine === 'raft' ? undefined : engine,
      url: mesh.url,
      reason: fullDiskText(replica.diskFull),
    };
  });

  function fullDiskText(words: string | null): string | undefined {
    if (words === null) return undefined;
    const room = Math.ceil(limits.freeDiskBytes / MIB);
    return `its disk is full (${words}): it only reads, and starts anew when ${room} MiB are free`;
  }

  const figures = (): OwnFigures => ({
    machines: { lifecycle: lifecycle.state, replica: replica.standing.role ?? replica.standing.engine },
    ...replica.figures,
    sync: store.takeFigures(),
  });
  const watchedNode = createWatchedNode({ mesh, news, lifecycle, clock, limits, figures });

  let toldLevel = 0;
  function tellLevel(): void {
    if (state.level === toldLevel) return;
    toldLevel = state.level;
    options.onLevel?.(toldLevel);
  }

  lifecycle.opened();
  function watch(): void {
    state.tend(limits.findPieceBooks);
    if (check.isOver) finder?.tend(state);
    noteBoot();
    levelRaise.look();
    tellLevel();
    refusalExpiry.look();
    holdExpiry.look();
    if (replica.diskFull !== null) {
      lifecycle.fellBehind();
      roomWatch.start();
    } else if (replica.caughtUp) lifecycle.caughtUp();
    else if (replica.behind > limits.keptEntries) lifecycle.fellBehind();
  }

  return {
    lifecycle,
    replica,
    figures,
    onHappening: happenings.onHappening,
    get state() {
      return state;
    },
    async drain() {
      lifecycle.drain();
      roomWatch.stop();
      await replica.synced();
      lifecycle.drained();
    },
    stop() {
      check.stop();
      waits.stop();
      stopReads();
      watchedNode.stop();
      roomWatch.stop();
      replica.stop();
    },
  };
}
