import { signal } from '@preact/signals';
import { browserClock } from './browser-clock.ts';
import { onHappening } from './watched-store.ts';

/** Tells those who listen to the page what is important, at most once a second. */

const IMPORTANT = /^(process|elected|resigned|cache)/;
const PAUSE_MS = 1_000;
const SAID_AT_ONCE = 3;

const said = signal('');
const waiting: string[] = [];
let pausing = false;

function say(): void {
  if (waiting.length === 0) {
    pausing = false;
    return;
  }
  const sentences = waiting.splice(0);
  const rest = sentences.length - SAID_AT_ONCE;
  said.value = `${sentences.slice(-SAID_AT_ONCE).join('. ')}.${rest > 0 ? ` And ${rest} more.` : ''}`;
  pausing = true;
  browserClock.setTimeout(say, PAUSE_MS);
}

onHappening(({ kind, node, text }) => {
  if (!IMPORTANT.test(kind)) return;
  waiting.push(`${node} ${text}`);
  if (!pausing) say();
});

export function Announcer() {
  return (
    <div class="for-ears" aria-live="polite">
      {said.value}
    </div>
  );
}
