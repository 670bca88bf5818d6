import { picture, staleForMs } from '../watched-store.ts';
import { HappeningsList } from './happenings-list.tsx';
import { LinkMatrix } from './link-matrix.tsx';
import { Picture } from './picture.tsx';
import { ProcessTable } from './process-table.tsx';
import { RatesPanel } from './rates-panel.tsx';

/** The processes of the store at work. */
export function ClusterView() {
  const { figures, samples } = picture.value;
  if (!figures) {
    return (
      <div class="waiting" aria-busy="true">
        <h1>Cluster</h1>
        <p>Waiting for the first figures of the store…</p>
      </div>
    );
  }
  return (
    <div class={`cluster ${staleForMs.value === null ? '' : 'stale'}`}>
      <section class="panel processes" aria-labelledby="processes">
        <header>
          <h1 id="processes">Cluster</h1>
          <p class="legend" aria-hidden="true">
            <span class="sign good">● ready</span>
            <span class="sign lead">★ leads</span>
            <span class="sign warn">◐ on its way</span>
            <span class="sign bad">✕ away</span>
            <span class="key lead">purchases go here</span>
            <span class="key feed">feed</span>
          </p>
        </header>
        <Picture figures={figures} sample={samples.at(-1)} />
        <details class="as-table" open={matchMedia('(max-width: 760px)').matches}>
          <summary>As a table</summary>
          <ProcessTable figures={figures} />
        </details>
      </section>
      <HappeningsList />
      <RatesPanel />
      <section class="panel links" aria-labelledby="links">
        <header>
          <h2 id="links">Links</h2>
        </header>
        <LinkMatrix figures={figures} />
      </section>
    </div>
  );
}
