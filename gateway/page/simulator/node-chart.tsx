import { chartNamed } from '../charts/charts.ts';
import { StateChart } from '../charts/state-chart.tsx';
import { ScrollRegion } from '../scroll-region.tsx';
import { shownMoment, timeline } from './replay.ts';

/** The machines that are drawn, the one that tells most first. */
const DRAWN = ['replica', 'saga', 'feed', 'lifecycle'];

/** The statechart of the process that is looked into, at the moment that is shown. */
export function NodeChart({ id, machines }: { id: string; machines: Readonly<Record<string, string>> }) {
  const name = DRAWN.find((candidate) => candidate in machines);
  const chart = name === undefined ? undefined : chartNamed(name);
  if (!chart) return null;
  return (
    <details class="node-chart" open>
      <summary>
        Statechart of its {chart.name}: <code>{machines[chart.name]}</code>
      </summary>
      <ScrollRegion label={`Statechart of the ${chart.name} of ${id}`}>
        <StateChart
          chart={chart}
          owner={id}
          state={machines[chart.name]!}
          before={chart.name === 'replica' ? roleBefore(id) : null}
        />
      </ScrollRegion>
    </details>
  );
}

/** The role before the present one of this run, from the timeline. */
function roleBefore(id: string): string | null {
  const at = shownMoment.value?.at ?? 0;
  const stretches = timeline.value?.lanes.find((lane) => lane.id === id)?.stretches ?? [];
  const past = stretches.filter(({ from }) => from <= at);
  return past.at(-2)?.state ?? null;
}
