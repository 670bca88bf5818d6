import type { CatalogDisk } from '../../actors/catalog/disk.ts';
import type { Raft } from '../../actors/raft/core/raft.ts';
import { createDriver, type Driver } from '../../actors/raft/driver.ts';
import type { StateMachine } from '../../actors/replica/state-machine.ts';
import type { BookChange, LogCommand, Result } from '../../runtime/domain.ts';
import type { Happening } from '../../runtime/happenings.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Body, Mesh, NodeId, TellType } from '../../runtime/links/mesh.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import { type SimulatedDisk, simulatedDisk } from '../simulation/disk.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { openWholeDisk } from '../support/whole-disk.ts';
import { granted, LIMITS, matched } from './support.ts';

/** Milliseconds that a write takes. */
export const SYNC_MS = 10;

export interface Sent {
  readonly to: NodeId;
  readonly type: TellType;
  readonly body: unknown;
}

/** A driver of `catalog-1` on a slow disk, whose messages are recorded instead of sent. */
export interface DriverTrial {
  readonly clock: ManualClock;
  readonly disk: SimulatedDisk;
  readonly raft: Raft;
  readonly driver: Driver<Result, BookChange>;
  readonly sent: Sent[];
  /** The operations of each write that was begun, and how many were under way at most. */
  readonly writes: (readonly StoreOperation[])[];
  readonly mostWrites: number;
  readonly applied: number[];
  readonly failures: unknown[];
  readonly happenings: Happening[];
  /** From now on writes fail. */
  breakDisk(): void;
  /** Messages of a type sent so far. */
  told<T extends TellType>(type: T): Body<T>[];
}

export interface DriverTrialChanges {
  readonly catalogs?: number;
  readonly limits?: Partial<Limits>;
  /** An earlier trial's, to be read after its crash. */
  readonly disk?: SimulatedDisk;
  readonly clock?: ManualClock;
  /** Called after ticks, as whoever leads looks whether it has a note to put into the log. */
  readonly ticked?: (driver: Driver<Result, BookChange>) => void;
  readonly stateOf?: (disk: CatalogDisk) => StateMachine<LogCommand, Result, BookChange>;
}

export async function createDriverTrial(changes: DriverTrialChanges = {}): Promise<DriverTrial> {
  const { catalogs = 3, clock = manualClock() } = changes;
  const random = seededRandom(1);
  const slow =
    changes.disk ??
    simulatedDisk({ location: 'slow', clock, random, latencyMs: { least: SYNC_MS, most: SYNC_MS } });
  const names = Array.from({ length: catalogs }, (_, at) => `catalog-${at + 1}`);
  const sent: Sent[] = [];
  const writes: (readonly StoreOperation[])[] = [];
  const applied: number[] = [];
  const failures: unknown[] = [];
  const happenings: Happening[] = [];
  let writing = 0;
  let mostWrites = 0;
  let broken = false;

  const opened = slow.open();
  const opening = openWholeDisk(opened, { cluster: 'trial', node: 'catalog-1', format: true, random });
  await clock.elapse(2 * SYNC_MS);
  const disk = await opening;

  const store: Store = {
    ...opened,
    async write(operations) {
      if (broken) throw new Error('the disk is gone');
      writes.push(operations);
      mostWrites = Math.max(mostWrites, ++writing);
      await opened.write(operations);
      writing--;
    },
  };
  const raft = disk.raft('catalog-1', names, { ...LIMITS, ...changes.limits });
  raft.chance = 0;
  const driver: Driver<Result, BookChange> = createDriver({
    raft,
    state: changes.stateOf?.(disk) ?? disk.state,
    store,
    persist: disk.persist,
    mesh: recordingMesh(sent),
    clock,
    random: { ...random, next: () => 0 },
    logger: silentLogger,
    observer: {
      applied: (index) => void applied.push(index),
      replaced() {},
      ticked: () => changes.ticked?.(driver),
      happened: (happening) => void happenings.push(happening),
      failed: (error) => void failures.push(error),
    },
  });
  return {
    clock,
    disk: slow,
    raft,
    driver,
    sent,
    writes,
    get mostWrites() {
      return mostWrites;
    },
    applied,
    failures,
    happenings,
    breakDisk() {
      broken = true;
    },
    told: <T extends TellType>(type: T) =>
      sent.filter((message) => message.type === type).map(({ body }) => body as Body<T>),
  };
}

/** A driver that leads; with others, both of them have its no-op and it is committed. */
export async function createLeadingHost(changes: DriverTrialChanges = {}): Promise<DriverTrial> {
  const trial = await createDriverTrial(changes);
  const { clock, raft, driver } = trial;
  driver.dispatch({ type: 'peer.disconnected', peer: 'catalog-2' });
  await clock.elapse(raft.limits.tickMs * (raft.timeout + 1));
  const [voter] = raft.peers;
  if (voter) driver.dispatch(granted(raft, voter, true));
  await clock.elapse(2 * SYNC_MS);
  if (voter) driver.dispatch(granted(raft, voter, false));
  await clock.elapse(2 * SYNC_MS);
  if (driver.role !== 'leader') throw new Error(`it is a ${driver.role}`);
  for (const peer of raft.peers) driver.dispatch(matched(raft, peer, raft.log.lastIndex));
  await clock.elapse(2 * SYNC_MS);
  trial.sent.length = 0;
  trial.writes.length = 0;
  trial.applied.length = 0;
  return trial;
}

/** Takes messages down instead of sending them. */
export function recordingMesh(sent: Sent[]): Mesh {
  return {
    self: 'catalog-1',
    onAsk() {},
    onTell() {},
    tell(to, type, body) {
      sent.push({ to, type, body });
      return true;
    },
    broadcast(to, type, body) {
      for (const id of to) sent.push({ to: id, type, body });
    },
    ask: (to) => Promise.reject(new Error(`a driver does not ask ${to}`)),
    peer: () => undefined,
    links: () => [],
    observe() {},
    setAddresses() {},
    async close() {},
  };
}

/** What has become of a promise so far: `pending`, its value, or its error's code. */
export function watch<T>(promise: Promise<T>): { readonly outcome: T | string } {
  const watched: { outcome: T | string } = { outcome: 'pending' };
  promise.then(
    (value) => {
      watched.outcome = value;
    },
    (error) => {
      watched.outcome = error.code ?? error.message;
    },
  );
  return watched;
}
