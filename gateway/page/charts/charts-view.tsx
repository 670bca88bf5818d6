import { queryOf, subject } from '../route.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { TableHead } from '../table-head.tsx';
import type { DrawnChart } from './chart-drawing.ts';
import { CHARTS, chartNamed, stateIn } from './charts.ts';
import { type MachineAtWork, machinesAtWork } from './machines-at-work.ts';
import { StateChart, wasGone } from './state-chart.tsx';

/** The statecharts of the store: the drawing of each, and what a chosen process is doing in it now. */
export function ChartsView() {
  const name = subject.value || 'replica';
  const chart = chartNamed(name);
  return (
    <div class="charts-view">
      <section class="panel" aria-labelledby="charts">
        <header>
          <h1 id="charts">Statecharts</h1>
        </header>
        <ul class="chart-list">
          {CHARTS.map(({ name: each }) => (
            <li key={each}>
              <a href={`#/charts/${each}`} aria-current={each === name ? 'page' : undefined}>
                {each}
              </a>{' '}
              <span class="quiet">{countOf(each)}</span>
            </li>
          ))}
        </ul>
      </section>
      {chart ? (
        <ChartPanel chart={chart} />
      ) : (
        <section class="panel" aria-label="Unknown statechart">
          <p class="fault">
            There is no statechart “{name.slice(0, 40)}”. <a href="#/charts/replica">To that of a replica</a>
          </p>
        </section>
      )}
    </div>
  );
}

function countOf(name: string): string {
  const count = machinesAtWork.value.filter(({ chart }) => chart === name).length;
  return count === 0 ? 'none seen' : `${count} at work`;
}

function ChartPanel({ chart }: { chart: DrawnChart }) {
  const machines = machinesAtWork.value.filter((machine) => machine.chart === chart.name);
  const asked = queryOf('process');
  const machine = asked === null ? machines[0] : machines.find(({ owner }) => owner === asked);
  return (
    <section class="panel" aria-labelledby="chart">
      <header>
        <h2 id="chart">{chart.name}</h2>
        {machines.length > 0 && <Chooser chart={chart.name} machines={machines} machine={machine} />}
      </header>
      <p class="quiet">
        {chart.says} <code>{chart.file}</code>
      </p>
      <Present machine={machine} asked={asked} isAny={machines.length > 0} chart={chart} />
      <ScrollRegion label={`Drawing of ${chart.name}`}>
        <StateChart
          chart={chart}
          owner={machine?.owner ?? null}
          state={machine?.state ?? null}
          before={machine?.before ?? null}
        />
      </ScrollRegion>
      <Rows chart={chart} machine={machine} />
    </section>
  );
}

function Chooser({
  chart,
  machines,
  machine,
}: {
  chart: string;
  machines: readonly MachineAtWork[];
  machine: MachineAtWork | undefined;
}) {
  return (
    <div class="together">
      <label for="whose">Whose</label>
      <select
        id="whose"
        value={machine?.owner ?? ''}
        onChange={(event) => {
          location.hash = `#/charts/${chart}?${new URLSearchParams({ process: event.currentTarget.value })}`;
        }}
      >
        {!machine && <option value="">–</option>}
        {machines.map(({ owner }) => (
          <option key={owner}>{owner}</option>
        ))}
      </select>
    </div>
  );
}

function Present(props: {
  chart: DrawnChart;
  machine: MachineAtWork | undefined;
  asked: string | null;
  isAny: boolean;
}) {
  const { chart, machine, asked, isAny } = props;
  if (machine) {
    const before = machine.before === null ? undefined : stateIn(chart, machine.before);
    return (
      <p>
        <b>{machine.owner}</b> is in <code>{stateIn(chart, machine.state) ?? machine.state}</code>
        {before && (
          <>
            , and came from <code>{before}</code>
          </>
        )}
        .
      </p>
    );
  }
  if (asked !== null && isAny) {
    return (
      <p class="fault">
        “{asked.slice(0, 60)}” has no such machine now. <a href={`#/charts/${chart.name}`}>Show another</a>
      </p>
    );
  }
  return <p class="quiet">No process tells of one now: it lives outside of them, or for a moment only.</p>;
}

function Rows({ chart, machine }: { chart: DrawnChart; machine: MachineAtWork | undefined }) {
  const on = machine && stateIn(chart, machine.state);
  const before = machine?.before ? stateIn(chart, machine.before) : undefined;
  return (
    <ScrollRegion label={`Everything that ${chart.name} does, as a table`}>
      <table class="chart-rows">
        <TableHead columns={['in', 'on', 'if', 'to', 'does']} />
        <tbody>
          {chart.rows.map(([place, event, condition, to, does], at) => {
            const isLast = to !== '' && wasGone({ from: place, to, labels: [], way: [] }, before, on);
            const isHere = on !== undefined && (place === '' || on === place || on.startsWith(`${place}.`));
            return (
              <tr key={at} class={isLast ? 'last' : isHere ? 'here' : ''}>
                <td>
                  {isLast ? '→ ' : isHere ? '● ' : ''}
                  {place || 'any'}
                </td>
                <td>{event}</td>
                <td>{condition}</td>
                <td>{to}</td>
                <td>{does.replaceAll('**', '')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
