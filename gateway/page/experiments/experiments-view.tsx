import { useEffect, useRef } from 'preact/hooks';
import { formatCount, formatMs } from '../format.ts';
import { subject } from '../route.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { KeeperPanel, role } from '../shop/keeper.tsx';
import { socketState } from '../store-socket.ts';
import { number, TableHead } from '../table-head.tsx';
import type { Experiment } from './experiment.ts';
import { EXPERIMENTS } from './experiments.ts';
import { FigureChart, valueText } from './figure-chart.tsx';
import type { Measured } from './measured.ts';
import { type ExperimentRun, runExperiment, running, runs } from './runs.ts';
import { csvOf, saveFile, svgOf } from './save-file.ts';
import { LONGEST_MS, MOST_REQUESTS } from './trial.ts';

/** The figures of the report, measured at this store when somebody says so. */
export function ExperimentsView() {
  const name = subject.value;
  const isUnknown = name !== '' && !EXPERIMENTS.some((one) => one.name === name);
  return (
    <div class="experiments">
      <section class="panel" aria-labelledby="experiments">
        <header>
          <h1 id="experiments">Experiments</h1>
        </header>
        {isUnknown ? (
          <p class="fault" role="alert">
            There is no experiment “{name.slice(0, 40)}”. <a href="#/experiments">To all of them</a>
          </p>
        ) : (
          <p>
            The store began as a project of a course, whose report had figures. Here they are measured anew,
            at this store and from this browser. Each asks at most {formatCount(MOST_REQUESTS)} requests in{' '}
            {formatMs(LONGEST_MS)}, takes no copy of any book, and can be stopped.
          </p>
        )}
      </section>
      {EXPERIMENTS.map((experiment, at) => (
        <ExperimentPanel key={experiment.name} experiment={experiment} number={at + 1} />
      ))}
      {role.value !== 'admin' && <KeeperPanel />}
    </div>
  );
}

function ExperimentPanel({ experiment, number }: { experiment: Experiment; number: number }) {
  const { name, title, does } = experiment;
  const run = runs.value.get(name);
  const measured = run?.measured ?? experiment.before;
  const drawing = useRef<SVGSVGElement>(null);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (subject.value === name) panel.current?.scrollIntoView();
  }, [subject.value]);
  const titleId = `experiment-${name}`;
  return (
    <section class="panel" ref={panel} aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>
          <a href={`#/experiments/${name}`}>Figure {number}</a>: {title}
        </h2>
        <div class="together">
          <RunButton experiment={experiment} run={run} />
          <SaveButton what="CSV" experiment={experiment} run={run} text={() => csvOf(measured)} />
          <SaveButton what="SVG" experiment={experiment} run={run} text={() => svgOf(drawing.current!)} />
        </div>
      </header>
      <p class="quiet">{does}</p>
      <p role="status">{sayStanding(experiment, run)}</p>
      {run?.fault && (
        <p class="fault" role="alert">
          {run.fault}
        </p>
      )}
      {measured.places.length > 0 && (
        <>
          <FigureChart experiment={experiment} measured={measured} drawing={drawing} />
          {measured.unit === 'ms' && (
            <p class="quiet fine">A point is the median; its line reaches as far as 99 % were within.</p>
          )}
          <Numbers title={title} measured={measured} />
        </>
      )}
      <ul class="notes">
        {run?.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}

function RunButton({ experiment, run }: { experiment: Experiment; run: ExperimentRun | undefined }) {
  const title = <span class="for-ears">: {experiment.title}</span>;
  if (run?.standing === 'running') {
    return (
      <button type="button" onClick={() => running.value?.stop()}>
        Stop{title}
      </button>
    );
  }
  const lacksToken = experiment.isWriting && role.value !== 'admin';
  const cannot = running.value !== null || lacksToken || socketState.value.kind !== 'live';
  return (
    <button type="button" class="primary" disabled={cannot} onClick={() => void runExperiment(experiment)}>
      {run ? 'Run again' : 'Run'}
      {title}
    </button>
  );
}

function SaveButton(props: {
  what: 'CSV' | 'SVG';
  experiment: Experiment;
  run: ExperimentRun | undefined;
  text: () => string;
}) {
  const { what, experiment, run, text } = props;
  const type = what === 'CSV' ? 'text/csv' : 'image/svg+xml';
  const file = `bazar-${experiment.name}.${what.toLowerCase()}`;
  const isEmpty = run === undefined || run.standing === 'running';
  return (
    <button type="button" disabled={isEmpty} onClick={() => saveFile(file, type, text())}>
      Save {what}
      <span class="for-ears"> of: {experiment.title}</span>
    </button>
  );
}

function sayStanding(experiment: Experiment, run: ExperimentRun | undefined): string {
  const needs =
    experiment.isWriting && role.value !== 'admin' ? ' It changes a book, so it takes the admin token.' : '';
  if (!run) return `Not run yet.${needs}`;
  if (run.standing === 'running') return 'Running…';
  return `${experiment.says(run.measured)} ${formatCount(run.asked)} requests were asked.`;
}

/** The drawing as numbers. */
function Numbers({ title, measured }: { title: string; measured: Measured }) {
  const { unit, places, series } = measured;
  const isTime = unit === 'ms';
  return (
    <ScrollRegion label={`${title}, as numbers`}>
      <table>
        <TableHead
          columns={[
            'what',
            ...(series.length > 1 ? ['of'] : []),
            number(isTime ? 'median' : 'requests'),
            ...(isTime ? ['99 % within', 'of so many'].map(number) : []),
          ]}
        />
        <tbody>
          {places.flatMap((place, at) =>
            series.map(({ name, values }) => {
              const value = values[at];
              return (
                <tr key={`${place} ${name}`}>
                  <th scope="row">{place}</th>
                  {series.length > 1 && <td>{name}</td>}
                  <td class="number">{value ? valueText(measured, value.value) : '–'}</td>
                  {isTime && <td class="number">{formatMs(value?.p99)}</td>}
                  {isTime && <td class="number">{formatCount(value?.samples)}</td>}
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
