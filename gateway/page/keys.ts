import { browserClock } from './browser-clock.ts';
import { goTo, view } from './route.ts';
import { searchAsked } from './shop/shelf.ts';
import { toggleHold } from './watched-store.ts';

const GO_LIMIT_MS = 1_500;

/** The page's keys; none of them counts while somebody types or has a button in focus. */
export function listenToKeys(openHelp: () => void): () => void {
  let goUntil = 0;

  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, dialog[open]')) return;
    const goes = browserClock.monotonic() < goUntil;
    goUntil = 0;
    if (goes && event.key === 'c') goTo('cluster');
    else if (goes && event.key === 's') goTo('shop');
    else if (goes && event.key === 'r') goTo('request');
    else if (goes && event.key === 't') goTo('charts');
    else if (goes && event.key === 'e') goTo('experiments');
    else if (goes && event.key === 'm') goTo('simulator');
    else if (goes && event.key === 'l') goTo('lab');
    else if (event.key === 'g') goUntil = browserClock.monotonic() + GO_LIMIT_MS;
    else if (event.key === '?') openHelp();
    else if (event.key === '/') findSearch();
    else if (event.key === ' ' && target === document.body) toggleHold();
    else return;
    event.preventDefault();
  }

  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}

function findSearch(): void {
  searchAsked.value = true;
  if (view.value !== 'shop') goTo('shop');
}
