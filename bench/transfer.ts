import { rm } from 'node:fs/promises';
import { CatalogState } from '../actors/catalog/state.ts';
import { createSnapshotReceiver } from '../actors/replica/snapshot-receiver.ts';
import { createSnapshotSender } from '../actors/replica/snapshot-sender.ts';
import type { StateMachine } from '../actors/replica/state-machine.ts';
import { systemClock } from '../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';
import { decodeFrame, encodeTell } from '../runtime/links/envelope.ts';
import type { Body, Mesh, TellType } from '../runtime/links/mesh.ts';
import { systemRandom } from '../runtime/random.ts';
import { openLevelStore } from '../storage/leveldb/level-store.ts';
import type { StoreOperation } from '../storage/store.ts';
import { readOptions, tool } from '../test/support/tool.ts';

/**
 * What a snapshot's transfer costs: leader and follower in one process, each with a store of its own, every message
 * encoded and decoded as on a link. Seconds, and seconds of the processor for both together.
 */
const COMMAND = tool(
  'node --import tsx bench/transfer.ts',
  'Sends the state of a store that bench/reopen.ts has filled (--data) to an empty one beside it.',
).requiredOption('--data <FOLDER>', 'the store');

const { data } = readOptions<{ data: string }>(COMMAND);
const copy = `${data}-copy`;
await rm(copy, { recursive: true, force: true });
const [from, to] = [await openLevelStore(data), await openLevelStore(copy)];
const [source, target] = [await CatalogState.load(from), await CatalogState.load(to)];
const began = performance.now();
const before = process.cpuUsage();
const end = await transfer();
const { user, system } = process.cpuUsage(before);
console.log(
  `${end}: ${Math.round(performance.now() - began)} ms, processor ${(user / 1e6).toFixed(2)} + ${(system / 1e6).toFixed(2)} s`,
);
await from.close();
await to.close();
await rm(copy, { recursive: true });

async function transfer(): Promise<string> {
  return new Promise((resolve, reject) => {
    const sender = createSnapshotSender({
      store: from,
      mesh: meshTo((body) => receiver.receive('catalog-1', body as Body<'raft.snapshot'>)),
      limits: DEFAULT_LIMITS,
      term: () => 1,
      random: systemRandom,
      state: () => source,
      atRest: (then) => then(),
      delivered: () => resolve('delivered'),
      failed: () => resolve('failed'),
      fail: reject,
    });
    let state: StateMachine = target;
    let gathered: StoreOperation[] = [];
    let waiting: (() => void)[] = [];
    let isWriting = false;
    const write = () => {
      if (isWriting || waiting.length === 0) return;
      const [operations, held] = [gathered, waiting];
      [gathered, waiting] = [[], []];
      isWriting = true;
      to.write(operations).then(() => {
        isWriting = false;
        for (const proceed of held) proceed();
        write();
      }, reject);
    };
    const receiver = createSnapshotReceiver({
      store: to,
      mesh: meshTo((body) => sender.acknowledge('catalog-2', body as Body<'raft.snapshotted'>)),
      term: () => 1,
      commit: () => 0,
      state: () => state,
      save(operations, then) {
        for (const operation of operations) gathered.push(operation);
        waiting.push(then);
        systemClock.defer(write);
      },
      install(next) {
        state = next;
      },
      fail: reject,
    });
    sender.start('catalog-2');
  });
}

/** Carries what is told, as a link does. */
function meshTo(take: (body: unknown) => void): Mesh {
  return {
    tell(_to: string, type: TellType, body: never) {
      const frame = `[${encodeTell(type, body)}]`;
      systemClock.defer(() => {
        for (const envelope of decodeFrame(frame, DEFAULT_LIMITS.maxFrameBytes))
          if (envelope.kind === 'tell') take(envelope.body);
      });
      return true;
    },
  } as unknown as Mesh;
}
