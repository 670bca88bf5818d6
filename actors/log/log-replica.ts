import { crc32 } from 'node:zlib';
import type { Timer } from '../../runtime/clock.ts';
import { BazarError, StartRefused } from '../../runtime/errors.ts';
import type { NodeId, Reply } from '../../runtime/links/mesh.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import { FullDiskError } from '../../storage/failed-disk.ts';
import type { LogPlace } from '../../storage/position.ts';
import type { JoinLog, ReplicaParts } from '../replica/join-log.ts';
import type { Replica } from '../replica/replica.ts';
import { createAppender } from './appender.ts';
import {
  type BrokenLog,
  type CommandLog,
  type CommittedBatch,
  type Following,
  LOG_BEGIN,
} from './command-log.ts';
import { createDelivered } from './delivered.ts';
import { createEffectsWriter } from './effects-writer.ts';
import { createLogContact } from './log-contact.ts';
import { createPositions } from './positions.ts';
import { createSnapshotExchange } from './snapshot-exchange.ts';

type ProposalResult = Reply<'propose'>['result'];

/** What people have to do about a log that cannot be followed. */
const REMEDIES: Readonly<Record<Exclude<BrokenLog, 'trimmed'>, string>> = {
  gap: 'start this catalog again, and if it says so again, delete its data: the state then comes from another catalog',
  damaged: 'nothing else may write there; restore a backup if it is not to be mended',
  regressed: 'stop all catalogs, and put the engine back as it was, or restore a backup with --begin-anew',
  newer: 'upgrade this node first',
};

/** One copy of the state that follows a command log which an outer engine orders. */
export interface LogReplica extends Replica {
  /** The batch that was applied last. */
  readonly place: LogPlace;
}

export interface LogMembership {
  readonly log: CommandLog<LoggedCommand>;
  /** The other catalogs that are known now, from which a state can be had. */
  readonly peers: () => readonly NodeId[];
  /** Names this process among all who ever append. */
  readonly name: string;
}

/** Joins a log that an outer engine orders. */
export function joinCommandLog<Change>(
  membership: LogMembership,
): JoinLog<LogReplica, ProposalResult, Change> {
  return (parts) => createLogReplica(parts, membership);
}

/**
 * A replica over a command log. There is no leader: whoever is asked appends, and every replica applies the one order that
 * the engine delivers. So an answer is given by the catalog that was asked, once the command is applied there; what is
 * durable is the log, and the replica's own disk follows behind.
 *
 * The index counts commands from 1, on every replica alike, whatever batches they came in. The chain of sums over the
 * batches is the same at the same index.
 */
export function createLogReplica<Change>(
  parts: ReplicaParts<ProposalResult, Change>,
  { log, peers, name }: LogMembership,
): LogReplica {
  const { store, mesh, clock, limits, logger, observer, takes, repeatable } = parts;
  let { state } = parts;
  let place = state.applied.place ?? LOG_BEGIN;
  let following: Following | undefined;
  let diskFull: string | null = null;
  let timer: Timer | undefined;
  let stopped = false;

  const contact = createLogContact({
    log,
    ordinal: () => place.ordinal,
    wentBack: (last, had) =>
      broken('regressed', `${log.name}: it ends with batch ${last}, and batch ${had} was applied before`),
    clock,
    limits,
  });
  const appender = createAppender<ProposalResult>({ log, name, ordinal: () => place.ordinal, clock, limits });
  const delivered = createDelivered({
    following: () => following,
    apply,
    hasRoom,
    applied() {
      contact.applied();
      if (!hasRoom()) writer.flush();
    },
    clock,
    limits,
    fail,
  });
  const writer = createEffectsWriter({
    store,
    state: () => state,
    takes: (effects) => snapshots.noteEffects(effects),
    written(index) {
      positions.durable(index);
      delivered.proceed();
    },
    fail,
  });
  const positions = createPositions({ log, self: mesh.self, clock, limits, logger, fail });
  const snapshots = createSnapshotExchange({
    ...parts,
    state: () => state,
    peers,
    writer,
    install(next) {
      state = next;
      place = next.applied.place ?? LOG_BEGIN;
      observer.replaced(next);
      follow();
    },
    happened: (kind, facts) => observer.happened({ kind, node: mesh.self, facts } as never),
    fail,
  });
  follow();
  timer = clock.setTimeout(tick, limits.tickMs);

  function follow(): void {
    if (state.applied.index < log.beginning.index) {
      logger.info(`the log begins after entry ${log.beginning.index}: the state comes from another catalog`);
      snapshots.want();
      return;
    }
    delivered.clear(place.ordinal);
    following = log.follow(place, {
      batch(batch) {
        if (stopped) return;
        const { ordinal, seen } = batch;
        if (ordinal !== delivered.ordinal + 1)
          broken('gap', `${log.name}: batch ${ordinal} follows batch ${delivered.ordinal}`);
        else if (seen >= ordinal)
          broken('regressed', `${log.name}: who sent batch ${ordinal} had applied ${seen} of them before`);
        else {
          if (appender.traced.size > 0) appender.traced.delivered(batch.id, ordinal);
          delivered.take(batch);
        }
      },
      broken,
    });
  }

  function broken(reason: BrokenLog, words: string): void {
    following?.stop();
    following = undefined;
    if (stopped) return;
    if (reason === 'trimmed') {
      logger.info(`the log was let go of after batch ${place.ordinal}: the state comes from another catalog`);
      snapshots.want();
    } else fail(new StartRefused(`${words}: ${REMEDIES[reason]}`));
  }

  function hasRoom(): boolean {
    const { operations, bytes } = state.untaken;
    return diskFull === null && operations < limits.maxBatchOperations && bytes < limits.maxBatchBytes;
  }

  function apply({ id, at, seen, commands, cursor, ordinal, sum: own }: CommittedBatch<LoggedCommand>): void {
    const { index, sum: before } = state.applied;
    const sum = crc32(String(own), before);
    const next: LogPlace = { cursor, ordinal };
    const outer = { by: id.slice(0, id.lastIndexOf('.')), ordinal, seen };
    const results = commands.map((command, count) => {
      const position = { index: index + count + 1, term: 0, sum, place: next };
      const { result, changes } = state.apply(position, { term: 0, at, command, outer });
      observer.applied(position.index, changes);
      positions.applied(position, () => state.digest);
      return result;
    });
    place = next;
    if (appender.traced.size > 0) appender.traced.applied(id, index);
    appender.applied(id, results);
  }

  function tick(): void {
    if (stopped) return;
    contact.look();
    snapshots.tick();
    positions.look();
    writer.flush();
    observer.ticked();
    const isBusy = writer.isBusy || appender.inHand > 0 || snapshots.isBusy || !replica.caughtUp;
    timer = clock.setTimeout(tick, isBusy ? limits.tickMs : limits.logRestTicks * limits.tickMs);
  }

  function fail(error: unknown): void {
    if (stopped) return;
    if (error instanceof FullDiskError) {
      diskFull = error.words;
      writer.halt();
      observer.happened({ kind: 'diskFull', node: mesh.self, facts: { words: error.words } });
      return;
    }
    stop();
    logger.fatal({ err: error }, 'the replica cannot go on');
    observer.failed(error);
  }

  function stop(): void {
    stopped = true;
    clock.clearTimeout(timer);
    following?.stop();
    appender.stop();
    contact.stop();
    snapshots.stop();
    writer.halt();
    log.close().catch(() => {});
  }

  const replica: LogReplica = {
    get state() {
      return state;
    },
    get place() {
      return place;
    },
    standing: { engine: log.engine, leader: null },
    get caughtUp() {
      const silentMs = contact.silentMs();
      return following !== undefined && silentMs !== null && silentMs <= limits.leaderSilenceMs;
    },
    get behind() {
      return delivered.commands + Math.max(0, contact.end - delivered.ordinal);
    },
    get unapplied() {
      return delivered.commands + appender.inHand;
    },
    silentMs: contact.silentMs,
    get diskFull() {
      return diskFull;
    },
    figures: {},
    async propose(command, _forwarded, { deadline, trace }) {
      if (diskFull !== null) throw new BazarError('disk-full');
      if (!takes(command, mesh.self)) throw new BazarError('not-yet');
      if (following === undefined) throw new BazarError('behind');
      return { result: await appender.add(repeatable(command), deadline, trace), leader: mesh.self };
    },
    async readIndex(deadline) {
      await contact.catchUp(deadline);
      return state.applied.index;
    },
    get isCaretaker() {
      return diskFull === null && replica.caughtUp;
    },
    note: appender.note,
    get noteEpoch() {
      return appender.lostNotes;
    },
    stampedBy: name,
    synced: () => (diskFull === null ? writer.synced() : Promise.resolve()),
    stop,
  };
  return replica;
}
