import { computed, signal } from '@preact/signals';
import type { FiguresAnswer, ToldHappening, WatchAnswer } from '../../runtime/watch-answers.ts';
import { browserClock } from './browser-clock.ts';
import { call, checkSilence, forgetSilence, onNotification, onOpen, socketState } from './store-socket.ts';

/** The watched store as this page has it: the latest figures, their history, and what happened. */

export const KEPT_HAPPENINGS = 500;
/** Samples of the charts: a minute of four a second. */
export const KEPT_SAMPLES = 240;
const STALE_MS = 2_000;
/** Rates are those of so long at least. */
const RATE_MS = 900;

export interface Sample {
  /** Local monotonic ms. */
  readonly at: number;
  readonly requests: number | null;
  readonly purchases: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly hitRate: number | null;
  readonly commits: number | null;
  /** What the rates of later samples are told from. */
  readonly totals: Totals;
}

/** Counts of one run of the gateway, at a time of its clock. */
interface Totals {
  readonly boot: string;
  readonly at: number;
  readonly version: number | null;
  readonly hits: number;
  readonly reads: number;
}

interface StorePicture {
  readonly figures: FiguresAnswer | null;
  readonly happenings: readonly ToldHappening[];
  readonly samples: readonly Sample[];
  /** Local monotonic ms at which the figures came. */
  readonly at: number;
}

const NOTHING: StorePicture = { figures: null, happenings: [], samples: [], at: 0 };

const latest = signal<StorePicture>(NOTHING);
const frozen = signal<{
  readonly picture: StorePicture;
  readonly since: number;
  readonly told: number;
} | null>(null);
/** Local monotonic ms, moved on twice a second, for ages. */
export const moment = signal(browserClock.monotonic());
let told = 0;

/** What is shown: the latest, or the moment that is held. */
export const picture = computed(() => frozen.value?.picture ?? latest.value);
export const isHeld = computed(() => frozen.value !== null);
export const heldNews = computed(() => {
  const { value } = frozen;
  if (!value) return null;
  void latest.value;
  return { forMs: moment.value - value.since, news: told - value.told };
});

/** How old the figures are where that is too old; null while they are fresh. */
export const staleForMs = computed(() => {
  const { at, figures } = latest.value;
  if (!figures) return null;
  const age = moment.value - at;
  return age > STALE_MS || socketState.value.kind !== 'live' ? Math.max(0, age) : null;
});

export function toggleHold(): void {
  frozen.value = frozen.value ? null : { picture: latest.value, since: browserClock.monotonic(), told };
}

/** Calls `heard` with every happening that came after the page had opened. */
export function onHappening(heard: (happening: ToldHappening) => void): void {
  hearers.push(heard);
}
const hearers: ((happening: ToldHappening) => void)[] = [];

function take(figures: FiguresAnswer): void {
  const before = latest.value;
  const at = browserClock.monotonic();
  const sample = sampleOf(figures, before.samples, at);
  const samples = [...before.samples, sample].slice(-KEPT_SAMPLES);
  latest.value = { ...before, figures, samples, at };
}

/** A happening is known by node, run and number, so a reload of what was told before adds nothing twice. */
function addHappenings(news: readonly ToldHappening[]): readonly ToldHappening[] {
  const known = new Set(latest.value.happenings.map(keyOf));
  const fresh = news.filter((happening) => !known.has(keyOf(happening)));
  if (fresh.length === 0) return [];
  const happenings = inOrder([...latest.value.happenings, ...fresh]).slice(-KEPT_HAPPENINGS);
  latest.value = { ...latest.value, happenings };
  told += fresh.length;
  return fresh;
}

export const keyOf = ({ node, run, seq }: ToldHappening) => `${node} ${run} ${seq}`;

/** By the nodes' clocks, which are one machine's; those of one node stay in their own order. */
function inOrder(happenings: ToldHappening[]): ToldHappening[] {
  return happenings.sort((a, b) => a.at - b.at || (a.node === b.node ? a.seq - b.seq : 0));
}

function sampleOf(figures: FiguresAnswer, before: readonly Sample[], at: number): Sample {
  const { rates } = figures;
  const totals = totalsOf(figures);
  const earlier = before.findLast((sample) => totals.at - sample.totals.at >= RATE_MS)?.totals;
  return {
    at,
    requests: rates?.requests ?? null,
    purchases: rates?.purchases ?? null,
    p50Ms: rates?.p50Ms ?? null,
    p99Ms: rates?.p99Ms ?? null,
    ...ratesSince(totals, earlier),
    totals,
  };
}

/** Nothing is known where the gateway was another one then: its counts began anew. */
function ratesSince(now: Totals, then: Totals | undefined): Pick<Sample, 'hitRate' | 'commits'> {
  if (!then || then.boot !== now.boot) return { hitRate: null, commits: null };
  const reads = now.reads - then.reads;
  const isKnown = now.version !== null && then.version !== null;
  return {
    hitRate: reads > 0 ? (now.hits - then.hits) / reads : null,
    commits: isKnown ? ((now.version! - then.version!) * 1_000) / (now.at - then.at) : null,
  };
}

function totalsOf({ boot, at, version, nodes }: FiguresAnswer): Totals {
  const cache = nodes.find((node) => node.figures?.gateway)?.figures?.gateway?.cache;
  const { hits, misses } = cache ?? { hits: 0, misses: 0 };
  return { boot, at, version, hits, reads: hits + misses };
}

async function watch(): Promise<void> {
  if (document.hidden) return;
  try {
    const { happenings, figures } = await call<WatchAnswer>('watch', { what: ['happenings', 'figures'] });
    addHappenings(happenings);
    if (figures) take(figures);
  } catch {
    // The socket has gone again, and will be opened again.
  }
}

export function watchStore(): void {
  onNotification<FiguresAnswer>('figures', take);
  onNotification<{ happenings: ToldHappening[] }>('happenings', ({ happenings }) => {
    for (const happening of addHappenings(happenings)) for (const heard of hearers) heard(happening);
  });
  onOpen(() => void watch());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) call('unwatch').catch(() => {});
    else {
      forgetSilence();
      void watch();
    }
  });
  const tick = () => {
    moment.value = browserClock.monotonic();
    if (!document.hidden) checkSilence();
    browserClock.setTimeout(tick, 500);
  };
  tick();
}
