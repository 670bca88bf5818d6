import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Announcer } from './announcer.tsx';
import { ClusterView } from './cluster/cluster-view.tsx';
import { Header, LostBar, TITLES } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { listenToKeys } from './keys.ts';
import { LabView } from './lab/lab-view.tsx';
import { laterView } from './later-view.tsx';
import { RequestView } from './request/request-view.tsx';
import { unknownView, VIEWS, view } from './route.ts';
import { ShopView } from './shop/shop-view.tsx';
import { UpdateBar } from './update-bar.tsx';

const ChartsView = laterView(async () => (await import('./charts/charts-view.tsx')).ChartsView);
const ExperimentsView = laterView(
  async () => (await import('./experiments/experiments-view.tsx')).ExperimentsView,
);
const SimulatorView = laterView(async () => (await import('./simulator/simulator-view.tsx')).SimulatorView);

/** The whole page. */
export function App() {
  const dialog = useRef<HTMLDialogElement>(null);
  const openHelp = () => dialog.current?.showModal();
  useEffect(() => listenToKeys(openHelp), []);
  useSignalEffect(() => {
    document.title = `${TITLES[view.value ?? 'cluster']} · Bazar`;
  });
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <Header openHelp={openHelp} />
      <LostBar />
      <UpdateBar />
      <main id="content" tabIndex={-1}>
        {view.value === 'cluster' && <ClusterView />}
        {view.value === 'shop' && <ShopView />}
        {view.value === 'request' && <RequestView />}
        {view.value === 'charts' && <ChartsView />}
        {view.value === 'experiments' && <ExperimentsView />}
        {view.value === 'simulator' && <SimulatorView />}
        {view.value === 'lab' && <LabView />}
        {view.value === null && (
          <div class="waiting">
            <h1>There is no view “{unknownView.value}”</h1>
            <p>
              There are{' '}
              {VIEWS.map((name, at) => (
                <>
                  {at > 0 && ', '}
                  <a href={`#/${name}`}>{TITLES[name]}</a>
                </>
              ))}
              .
            </p>
          </div>
        )}
      </main>
      <HelpDialog dialog={dialog} />
      <Announcer />
    </>
  );
}

/** The address is the view's, so the focus moves without it. */
function skip(): void {
  document.getElementById('content')?.focus();
}
