import { useComputed } from '@preact/signals';
import { ScrollRegion } from '../scroll-region.tsx';
import { KIND, type Timeline } from './protocol.ts';
import { seek, shownMoment, timeline } from './replay.ts';

/** The whole run: what was marked, a lane for each process, commits by their density; and the marks as a list. */

const WIDTH = 1_000;
const LANE = 15;
const TOP = 26;
const BUCKETS = 200;

const LETTERS: Readonly<Record<string, string>> = {
  leader: 'L',
  follower: 'f',
  candidate: 'c',
  'pre-candidate': 'p',
  recovering: 'r',
  reader: 'd',
};

const MARKS: readonly (readonly [words: RegExp, shape: string, tone: string])[] = [
  [/leads term/, '★', 'lead'],
  [/^kill/, '☠', 'bad'],
  [/isolate|^partition (?!heals)|is cut off/, '✂', 'bad'],
  [/^pause/, '❚❚', 'warn'],
  [/^wipe/, '◌', 'bad'],
  [/^start|heals|resume|room again|goes on|fast again|faults end|joined/, '●', 'good'],
  [/buy/, '$', 'none'],
];

function signOfMark({ kind, text }: Timeline['marks'][number]) {
  if (kind & KIND.violation) return { shape: '✕', tone: 'bad' };
  const [, shape, tone] = MARKS.find(([words]) => words.test(text)) ?? [undefined, '▽', 'warn'];
  return { shape, tone };
}

export function TimelinePanel() {
  const whole = timeline.value!;
  const drawing = useComputed(() => <Lanes whole={timeline.value!} />);
  const x = ((shownMoment.value?.at ?? 0) / Math.max(1, whole.endsAt)) * WIDTH;
  const height = TOP + whole.lanes.length * LANE + 18;
  return (
    <>
      <svg class="lanes" viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {drawing.value}
        <line class="cursor" x1={x} x2={x} y1="0" y2={height} />
      </svg>
      <details class="marks">
        <summary>
          {whole.marks.length} faults, elections and their ends
          {whole.failure && ', and what broke'}
        </summary>
        <ScrollRegion label="Faults and elections, in order">
          <ol>
            {whole.marks.map((mark) => {
              const { shape, tone } = signOfMark(mark);
              return (
                <li key={`${mark.n} ${mark.text}`}>
                  <button type="button" class="plain" onClick={() => seek(mark.n)}>
                    <span class="quiet">{(mark.at / 1_000).toFixed(2)} s</span>{' '}
                    <span class={`sign ${tone}`} aria-hidden="true">
                      {shape}
                    </span>{' '}
                    {mark.text}
                  </button>
                </li>
              );
            })}
          </ol>
        </ScrollRegion>
      </details>
    </>
  );
}

function Lanes({ whole }: { whole: Timeline }) {
  const scale = WIDTH / Math.max(1, whole.endsAt);
  const low = TOP + whole.lanes.length * LANE + 16;
  return (
    <>
      {whole.marks.map((mark) => {
        const { shape, tone } = signOfMark(mark);
        return (
          <text key={`${mark.n} ${mark.text}`} class={`mark ${tone}`} x={mark.at * scale} y="16">
            {shape}
          </text>
        );
      })}
      {whole.lanes.map(({ id, stretches }, row) => (
        <g key={id} transform={`translate(0 ${TOP + row * LANE})`}>
          {stretches.map(({ from, to, state }) => {
            const width = Math.max(1, (to - from) * scale);
            return (
              <g key={from}>
                <rect class={`stretch ${state}`} x={from * scale} width={width} height={LANE - 3} />
                {width > 14 && (
                  <text class="letter" x={from * scale + 3} y="10">
                    {LETTERS[state] ?? ''}
                  </text>
                )}
              </g>
            );
          })}
          <text class="lane-name" x={WIDTH - 4} y="10">
            {id}
          </text>
        </g>
      ))}
      {densityOf(whole).map((part, bucket) => (
        <rect
          key={bucket}
          class="density"
          x={(bucket * WIDTH) / BUCKETS}
          y={low - part * 14}
          width={WIDTH / BUCKETS}
          height={part * 14}
        />
      ))}
    </>
  );
}

/** Commits in each piece of the run, as a part of the most. */
function densityOf({ times, kinds, endsAt }: Timeline): number[] {
  const counts = new Array<number>(BUCKETS).fill(0);
  kinds.forEach((kind, at) => {
    if (kind & KIND.commit) counts[Math.min(BUCKETS - 1, Math.floor((times[at]! / endsAt) * BUCKETS))]! += 1;
  });
  const most = Math.max(1, ...counts);
  return counts.map((count) => count / most);
}
