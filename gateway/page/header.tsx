import { formatAge } from './format.ts';
import { VIEWS, type ViewName, view } from './route.ts';
import { socketState } from './store-socket.ts';
import { heldNews, isHeld, moment, picture, staleForMs, toggleHold } from './watched-store.ts';

export const TITLES: Readonly<Record<ViewName, string>> = {
  cluster: 'Cluster',
  shop: 'Shop',
  request: 'Request',
  charts: 'Statecharts',
  experiments: 'Experiments',
  simulator: 'Simulator',
  lab: 'Lab',
};

/** Name, views, connection and the button that holds the picture. */
export function Header({ openHelp }: { openHelp: () => void }) {
  return (
    <header class="top">
      <a class="name" href="#/cluster">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M3 29V14C3 6 9 2 16 2s13 4 13 12v15h-8V16c0-4-2-6-5-6s-5 2-5 6v13z" />
        </svg>
        Bazar
      </a>
      <nav aria-label="Views">
        {VIEWS.map((name) => (
          <a key={name} href={`#/${name}`} aria-current={view.value === name ? 'page' : undefined}>
            {TITLES[name]}
          </a>
        ))}
      </nav>
      <div class="tools">
        <Badge />
        <button type="button" aria-pressed={isHeld.value} onClick={toggleHold}>
          {heldNews.value ? `Held ${formatAge(heldNews.value.forMs)}, ${heldNews.value.news} news` : 'Hold'}
        </button>
        <button type="button" aria-label="Keys and help" onClick={openHelp}>
          ?
        </button>
      </div>
    </header>
  );
}

function Badge() {
  const { value: state } = socketState;
  if (state.kind === 'lost') {
    return (
      <span class="badge sign bad" role="status">
        <span aria-hidden="true">✕</span> no connection for {formatAge(moment.value - state.since)}
      </span>
    );
  }
  const isStale = staleForMs.value !== null;
  const isLive = state.kind === 'live' && !isStale;
  return (
    <span class={`badge sign ${isLive ? 'good' : 'warn'}`} role="status">
      <span aria-hidden="true">{isLive ? '●' : '◐'}</span>{' '}
      {isLive ? 'live' : isStale ? `stale for ${formatAge(staleForMs.value!)}` : 'connecting'}
    </span>
  );
}

/** Says in the page what the badge says in a word. */
export function LostBar() {
  const { value: state } = socketState;
  if (state.kind !== 'lost') return null;
  return (
    <p class="lost-bar" role="status">
      The connection to the gateway is lost for {formatAge(moment.value - state.since)}; trying again.{' '}
      {picture.value.figures && 'What you see is how it was then.'}
    </p>
  );
}
