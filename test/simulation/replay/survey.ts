import { KIND, type Mark, type Stretch, type Timeline } from '../../../gateway/page/simulator/protocol.ts';
import type { HeldRun, TakenEvent } from './held-run.ts';

/** Marks that a timeline keeps; a run of half a minute has about a hundred. */
const MOST_MARKS = 2_000;

/** Gathers a whole run while it goes by: when each event was and what, what was marked, who was in which role. */
export interface Survey {
  take(event: TakenEvent, run: HeldRun): void;
  timeline(run: HeldRun): Timeline;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

export function createSurvey(): Survey {
  const times: number[] = [];
  const kinds: number[] = [];
  const marks: Mark[] = [];
  const lanes = new Map<string, { from: number; to: number; state: string }[]>();

  function noteRoles(at: number, { world }: HeldRun): void {
    for (const { id, process, catalog } of world!.nodes) {
      const state = !process.alive
        ? 'down'
        : process.paused
          ? 'paused'
          : (catalog?.replica.standing.role ?? (id.startsWith('catalog') ? 'starting' : 'up'));
      const stretches = lanes.get(id) ?? [];
      lanes.set(id, stretches);
      const last = stretches.at(-1);
      if (last) last.to = at;
      if (last?.state !== state) stretches.push({ from: at, to: at, state });
    }
  }

  function planText({ world, outcome }: HeldRun): string {
    const { roughness, catalogs, orders, gateways, redis } = world!.plan;
    const faults = [...(outcome?.faults ?? [])].map(([name, times]) => `${name} ${times}`).join(', ');
    const size = [counted(catalogs, 'catalog'), counted(orders, 'order'), counted(gateways, 'gateway')].join(
      ', ',
    );
    return `${roughness}; ${size}${redis ? ', Redis' : ''}; ${faults || 'no faults'}`;
  }

  return {
    take({ n, at, kind, marks: texts }, run) {
      times[n - 1] = at;
      kinds[n - 1] = kind;
      for (const text of texts) if (marks.length < MOST_MARKS) marks.push({ n, at, kind, text });
      noteRoles(at, run);
    },
    timeline(run) {
      const { failure, traceHash } = run.outcome!;
      if (failure !== undefined) {
        kinds[run.n - 1]! |= KIND.violation;
        const [text] = failure.split('\n', 1);
        marks.push({ n: run.n, at: times.at(-1)!, kind: KIND.violation, text: text! });
      }
      return {
        plan: planText(run),
        events: run.n,
        endsAt: times.at(-1) ?? 0,
        hash: traceHash,
        failure: failure ?? null,
        times: Float64Array.from(times),
        kinds: Uint8Array.from(kinds),
        marks,
        lanes: [...lanes].map(([id, stretches]) => ({ id, stretches: stretches as readonly Stretch[] })),
      };
    },
  };
}
