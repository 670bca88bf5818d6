import { signal } from '@preact/signals';
import { formatTime, ZONE } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import type { Tone } from '../signs.tsx';
import { keyOf, picture } from '../watched-store.ts';

/** What happened, the newest on top, in parts that can be left out. */

/** Which part a kind belongs to; what is named nowhere is Raft's. */
const PARTS: Readonly<Record<string, RegExp>> = {
  Raft: /^(?!process|life|link|cache|feed)/,
  Processes: /^(process|life)/,
  Links: /^link/,
  Cache: /^(cache|feed)/,
};

const SIGNS: readonly (readonly [kinds: RegExp, shape: string, tone: Tone])[] = [
  [/^elected$/, '★', 'lead'],
  [/^(processEnded|linkLost|leaderLost)$/, '✕', 'bad'],
  [/^(linkOpened|caughtUp|recovered|diskWell|snapshotInstalled)$/, '●', 'good'],
  [/^(preCampaign|campaign|processStarted|processRestarted|life)$/, '◐', 'warn'],
  [/^(vote|leaderFollowed)/, '○', 'none'],
];

function signOf(kind: string): readonly [shape: string, tone: Tone] {
  const [, shape, tone] = SIGNS.find(([kinds]) => kinds.test(kind)) ?? [undefined, '▽', 'none'];
  return [shape, tone];
}

const SHOWN = 120;

/** Links are left out at first: whoever dies takes one with it for each other process. */
const hidden = signal<ReadonlySet<string>>(new Set(['Links']));

function toggle(part: string): void {
  const next = new Set(hidden.value);
  if (!next.delete(part)) next.add(part);
  hidden.value = next;
}

export function HappeningsList() {
  const parts = Object.entries(PARTS).flatMap(([part, kinds]) => (hidden.value.has(part) ? [] : kinds));
  const shown = picture.value.happenings
    .filter(({ kind }) => parts.some((kinds) => kinds.test(kind)))
    .slice(-SHOWN);
  return (
    <section class="panel happened" aria-labelledby="happened">
      <header>
        <h2 id="happened">What happened</h2>
        <fieldset class="chips">
          <legend class="for-ears">Show</legend>
          {Object.keys(PARTS).map((part) => (
            <button
              key={part}
              type="button"
              class="chip"
              aria-pressed={!hidden.value.has(part)}
              onClick={() => toggle(part)}
            >
              {part}
            </button>
          ))}
        </fieldset>
      </header>
      {shown.length === 0 ? (
        <p class="empty">Nothing yet. Kill a process and watch what the others do about it.</p>
      ) : (
        <ScrollRegion label="Happenings, the newest first">
          <ol title={`Times of ${ZONE}`}>
            {shown.toReversed().map((happening) => (
              <li key={keyOf(happening)} class={happening.kind}>
                <time>{formatTime(happening.at)}</time>
                <Shape kind={happening.kind} />
                <span class="what">
                  <b>{happening.node}</b> {happening.text}
                </span>
              </li>
            ))}
          </ol>
        </ScrollRegion>
      )}
    </section>
  );
}

function Shape({ kind }: { kind: string }) {
  const [shape, tone] = signOf(kind);
  return (
    <span aria-hidden="true" class={`shape ${tone}`}>
      {shape}
    </span>
  );
}
