import { signal } from '@preact/signals';
import type { ToldHappening } from '../../../runtime/watch-answers.ts';
import { formatTime, ZONE } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { keyOf, picture } from '../watched-store.ts';

/** What happened, the newest on top, in parts that can be left out. */

type ShownKind = ToldHappening['kind'];

const PARTS: Readonly<Record<string, readonly ShownKind[]>> = {
  Raft: ['role', 'vote', 'term', 'snapshot', 'disk', 'behind', 'left-out'],
  Processes: ['life', 'process-ended', 'process-started'],
  Links: ['link-opened', 'link-lost'],
  Cache: ['cache', 'feed'],
};

const SHAPES: Readonly<Partial<Record<ShownKind, string>>> = {
  'process-ended': '✕',
  'link-lost': '✕',
  'process-started': '◐',
  'link-opened': '●',
  life: '◐',
  cache: '▽',
  feed: '▽',
  role: '★',
  vote: '○',
  term: '○',
  snapshot: '▽',
  disk: '▽',
  behind: '▽',
};

const SHOWN = 120;

/** Links are left out at first: whoever dies takes one with it for each other process. */
const hidden = signal<ReadonlySet<string>>(new Set(['Links']));

function toggle(part: string): void {
  const next = new Set(hidden.value);
  if (!next.delete(part)) next.add(part);
  hidden.value = next;
}

export function HappeningsList() {
  const kinds = new Set(Object.entries(PARTS).flatMap(([part, of]) => (hidden.value.has(part) ? [] : of)));
  const shown = picture.value.happenings.filter(({ kind }) => kinds.has(kind)).slice(-SHOWN);
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
                <span aria-hidden="true" class="shape">
                  {SHAPES[happening.kind] ?? '○'}
                </span>
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
