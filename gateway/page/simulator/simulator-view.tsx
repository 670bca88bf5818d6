import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { formatCount } from '../format.ts';
import { EventPanel } from './event-panel.tsx';
import { MomentPicture } from './moment-picture.tsx';
import { NodePanel } from './node-panel.tsx';
import { chosen, fault, followAddress, progress, runName, shownMoment, timeline } from './replay.ts';
import { ReplayControls } from './replay-controls.tsx';
import { listenToReplayKeys } from './replay-keys.ts';
import { RunForm } from './run-form.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { VerdictList } from './verdict-list.tsx';

/** The whole store in this browser: its own simulation, stepped, looked into and changed. */
export function SimulatorView() {
  useSignalEffect(followAddress);
  useEffect(listenToReplayKeys, []);
  return (
    <div class="simulator">
      <section class="panel run" aria-labelledby="simulator">
        <header>
          <h1 id="simulator">Simulator</h1>
          <RunForm />
        </header>
        <Standing />
        {timeline.value && <VerdictList />}
      </section>
      {shownMoment.value && timeline.value && <Replay />}
    </div>
  );
}

function Standing() {
  if (fault.value) {
    return (
      <p class="fault" role="alert">
        {fault.value} <WayBack />
      </p>
    );
  }
  if (progress.value) {
    const { events, at } = progress.value;
    return (
      <p role="status">
        Running the whole seed once: {formatCount(events)} events, {(at / 1_000).toFixed(1)} s of its time…
      </p>
    );
  }
  if (!runName.value) {
    return (
      <p class="quiet">
        The store’s own code runs here in your browser, with a simulated clock, network, disks and Redis:
        gateway, orders, catalogs, clients and the judges. A seed decides everything, faults too, so that the
        same seed is the same run on every machine. Try <a href="#/simulator?seed=42">seed 42</a>.
      </p>
    );
  }
  return <p class="quiet">{timeline.value?.plan}</p>;
}

function WayBack() {
  const run = runName.value;
  if (!run) return <a href="#/simulator?seed=42">Run seed 42</a>;
  return <a href={`#/simulator?seed=${run.seed}&at=1`}>To the beginning of seed {run.seed}</a>;
}

function Replay() {
  const now = shownMoment.value!;
  const node = chosen.value;
  const isUnknown = node !== null && !now.nodes.some(({ id }) => id === node);
  return (
    <>
      <section class="panel stage" aria-labelledby="moment">
        <header>
          <h2 id="moment">
            {(now.at / 1_000).toFixed(3)} s <span class="quiet">· event {formatCount(now.n)}</span>
          </h2>
          <p class="quiet fine">
            hash <code>{now.hash}</code>, as in Node
          </p>
        </header>
        <ReplayControls />
        <TimelinePanel />
        <MomentPicture moment={now} />
      </section>
      <EventPanel />
      {isUnknown ? (
        <section class="panel" aria-label="Process">
          <p class="fault">
            In this run there is no process “{node.slice(0, 40)}”. <WayBack />
          </p>
        </section>
      ) : (
        <NodePanel moment={now} />
      )}
    </>
  );
}
