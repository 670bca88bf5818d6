import type { LauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Lead, Measured } from './attack.ts';
import { lastWords } from './last-words.ts';
import { forgetPeak, memoryOf, nodesUnder } from './process-table.ts';

/** Looks at the processes of a store: what they hold, who ended, and who leads. */
export interface Meter {
  /** Everything since the meter was started. */
  stop(): Promise<Pick<Measured, 'memory' | 'ended' | 'lastWords' | 'lead'>>;
}

/** Milliseconds between two looks. */
const LOOK_MS = 50;
/** Milliseconds that a store may take to have a leader again, before it is taken for lost. */
const LEADER_LIMIT_MS = 10_000;

interface Seen {
  readonly pid: number;
  readonly kind: string;
  readonly before: number;
  most: number;
  now: number;
  gone: boolean;
}

export async function startMeter(store: LauncherCluster): Promise<Meter> {
  const launcher = store.launcher.child.pid!;
  const seen = new Map<number, Seen>();
  const names = new Map<number, string>();

  async function learnNames(): Promise<void> {
    const nodes = await store.status().then(
      (status) => status.nodes,
      () => [],
    );
    for (const { id, pid } of nodes) if (pid !== undefined) names.set(pid, id);
  }

  function look(): void {
    const present = nodesUnder(launcher);
    for (const [pid, kind] of present) {
      const memory = memoryOf(pid);
      if (!memory) continue;
      const known = seen.get(pid);
      if (!known) {
        const { now } = memory;
        seen.set(pid, { pid, kind, before: now, most: now, now, gone: false });
        forgetPeak(pid);
      } else {
        known.now = memory.now;
        known.most = Math.max(known.most, memory.most);
      }
    }
    for (const [pid, process] of seen) process.gone ||= !present.has(pid);
  }

  look();
  await learnNames();
  const before = await leadOf(store);
  const timer = setInterval(look, LOOK_MS);
  return {
    async stop() {
      const after = await leadOf(store);
      clearInterval(timer);
      look();
      await learnNames();
      const processes = [...seen.values()].map((one) => ({ ...one, name: names.get(one.pid) ?? one.kind }));
      return {
        lead: { before, after },
        lastWords: lastWords(store.launcher.said.stderr),
        memory: processes.map(({ name, before, most, now, gone }) => ({
          name,
          before,
          most,
          after: gone ? 0 : now,
        })),
        ended: processes.filter(({ gone }) => gone).map(({ name }) => name),
      };
    },
  };
}

async function leadOf(store: LauncherCluster): Promise<Lead> {
  const asked = eventually(
    'a leader',
    async () => {
      const { leader, nodes } = await store.status();
      return leader !== null && { leader, term: Math.max(...nodes.map(({ term }) => term ?? 0)) };
    },
    LEADER_LIMIT_MS,
  );
  return asked.catch(() => ({ leader: null, term: Number.NaN }));
}
