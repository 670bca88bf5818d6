import { batch, computed, signal } from '@preact/signals';
import { browserClock } from '../browser-clock.ts';
import { goTo, readdress, view } from '../route.ts';
import { isSameRun, placeOfAddress, queryOfPlace, type ReplayPlace } from './address.ts';
import {
  type ActName,
  type EventLine,
  type FromReplay,
  KIND,
  type Moment,
  type Timeline,
} from './protocol.ts';
import { tellSimulator } from './tell-simulator.ts';

/** The replay of a run as this page shows it: where it is, what is seen there, and whether it plays. */

export const timeline = signal<Timeline | null>(null);
export const shownMoment = signal<Moment | null>(null);
export const lines = signal<readonly EventLine[]>([]);
export const message = signal<{ readonly n: number; readonly text: string | null } | null>(null);
/** How far the run has been gone through for its timeline; null when that is done. */
export const progress = signal<{ readonly events: number; readonly at: number } | null>(null);
/** Why what was asked for is not shown, in a sentence. */
export const fault = signal<string | null>(null);
export const isPlaying = signal(false);
export const speed = signal(0.1);
export const showsQuiet = signal(false);

const place = signal<ReplayPlace | null>(null);
export const chosen = computed(() => place.value?.node ?? null);
export const runName = computed(() => place.value?.run ?? null);
/** The moment that was asked for; it is shown when it has come. */
export const wantedEvent = computed(() => place.value?.n ?? 1);

let isAsked = false;
/** The event that was asked for last; what is shown may still be one before it. */
let lastAsked = 0;

/** Brings what is shown to what the address says. */
export function followAddress(): void {
  if (view.value !== 'simulator') {
    isPlaying.value = false;
    return;
  }
  const next = placeOfAddress();
  const before = place.peek();
  if (next === null || 'fault' in next) {
    batch(() => {
      place.value = null;
      fault.value = next?.fault ?? null;
    });
    return;
  }
  const isOther = !before || !isSameRun(before.run, next.run);
  batch(() => {
    place.value = next;
    fault.value = null;
    if (!isOther) return;
    timeline.value = null;
    shownMoment.value = null;
    lines.value = [];
    message.value = null;
    progress.value = { events: 0, at: 0 };
    isPlaying.value = false;
  });
  if (isOther) ask({ type: 'open', run: next.run, n: next.n });
  if (isOther || lastAsked !== next.n) show();
  if (next.read !== null) ask({ type: 'read', n: next.read });
}

function ask(asked: Parameters<typeof tellSimulator>[0]): void {
  tellSimulator(asked, hear, (words) => {
    batch(() => {
      place.value = null;
      progress.value = null;
      fault.value = words;
    });
  });
}

function show(): void {
  isAsked = true;
  lastAsked = wantedEvent.peek();
  ask({ type: 'show', n: lastAsked, quiet: showsQuiet.peek() });
}

function hear(said: FromReplay): void {
  batch(() => {
    if (said.type === 'progress') progress.value = said;
    else if (said.type === 'timeline') {
      timeline.value = said.timeline;
      progress.value = null;
    } else if (said.type === 'message') message.value = said;
    else if (said.type === 'refused') {
      isPlaying.value = false;
      progress.value = null;
      fault.value = said.words;
    } else {
      shownMoment.value = said.moment;
      lines.value = said.lines;
      isAsked = false;
    }
  });
}

/** Shows event `n` of this run; what was read or chosen stays. */
export function seek(n: number): void {
  const { value: whole } = timeline;
  const { value: now } = place;
  if (!whole || !now) return;
  const to = Math.max(1, Math.min(whole.events, n));
  if (to === now.n) return;
  place.value = { ...now, n: to, read: null };
  message.value = null;
  show();
  if (!isPlaying.value) keepAddress();
}

function keepAddress(): void {
  if (place.value) readdress('simulator', queryOfPlace(place.value));
}

export function choose(node: string | null): void {
  if (!place.value) return;
  place.value = { ...place.value, node };
  keepAddress();
}

export function readMessage(n: number): void {
  if (!place.value) return;
  place.value = { ...place.value, read: n };
  ask({ type: 'read', n });
  keepAddress();
}

export function setQuiet(shows: boolean): void {
  showsQuiet.value = shows;
  show();
}

/** The number of the last event at this time or before. */
export function eventAt(time: number): number {
  const times = timeline.value?.times ?? new Float64Array();
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return Math.max(1, low);
}

export const STEPS = {
  event: 0,
  message: KIND.message,
  fault: KIND.fault,
  election: KIND.election,
  commit: KIND.commit,
  violation: KIND.violation,
} as const;
export type StepName = keyof typeof STEPS;

/** The next event of this kind, or the one before; null where there is none. */
export function eventBeside(step: StepName | 'notable', direction: 1 | -1): number | null {
  const { value: whole } = timeline;
  if (!whole) return null;
  const wantedKinds = step === 'notable' ? KIND.fault | KIND.election | KIND.violation : STEPS[step];
  const quiet = showsQuiet.value;
  for (let n = wantedEvent.value + direction; n >= 1 && n <= whole.events; n += direction) {
    const kind = whole.kinds[n - 1]!;
    const isLoud = quiet || !(kind & KIND.quiet);
    if (wantedKinds === 0 ? isLoud : kind & wantedKinds && isLoud) return n;
  }
  return null;
}

export function step(name: StepName | 'notable', direction: 1 | -1): void {
  const n = eventBeside(name, direction);
  if (n !== null) seek(n);
}

/** Pictures a second while it plays, as far as the worker comes along. */
const PICTURES = 20;

export function togglePlay(): void {
  isPlaying.value = !isPlaying.value;
  if (!isPlaying.value) {
    keepAddress();
    return;
  }
  let before = browserClock.monotonic();
  let time = timeline.value?.times[wantedEvent.value - 1] ?? 0;
  const tick = () => {
    const { value: whole } = timeline;
    if (!isPlaying.value || !whole) return;
    const now = browserClock.monotonic();
    // A worker that is behind is waited for: the run plays slower then, and leaves nothing out.
    if (!isAsked) time += (now - before) * speed.value;
    before = now;
    seek(Math.max(wantedEvent.value, eventAt(time)));
    if (wantedEvent.value >= whole.events) {
      isPlaying.value = false;
      keepAddress();
    } else browserClock.setTimeout(tick, 1_000 / PICTURES);
  };
  tick();
}

/** Another run: this one up to here, and then the act. What the plan or others did later has not happened in it. */
export function fork(name: ActName, node: string): void {
  const { value: now } = place;
  if (!now) return;
  const earlier = now.run.acts.filter(({ after }) => after <= now.n);
  const acts = [...earlier, { after: now.n, name, node }];
  goTo('simulator', queryOfPlace({ run: { ...now.run, acts }, n: now.n, node: now.node, read: null }));
}
