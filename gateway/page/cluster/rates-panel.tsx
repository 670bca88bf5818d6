import { formatMs, formatPercent, formatRate } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { number, TableHead } from '../table-head.tsx';
import { picture, type Sample } from '../watched-store.ts';
import { TimeChart } from './time-chart.tsx';

/** The rates of the last minute, with one time cursor through all of them, and the same as numbers. */

interface Chart {
  readonly title: string;
  /** The scale reaches up to this at least. */
  readonly top: number;
  readonly lines: readonly {
    readonly name: string;
    readonly read: (sample: Sample) => number | null;
    readonly text: (value: number | null | undefined) => string;
  }[];
}

const CHARTS: readonly Chart[] = [
  {
    title: 'Answered a second',
    top: 5,
    lines: [
      { name: 'requests', read: ({ requests }) => requests, text: formatRate },
      { name: 'purchases', read: ({ purchases }) => purchases, text: formatRate },
    ],
  },
  {
    title: 'Time to answer',
    top: 5,
    lines: [
      { name: 'half within', read: ({ p50Ms }) => p50Ms, text: formatMs },
      { name: '99 % within', read: ({ p99Ms }) => p99Ms, text: formatMs },
    ],
  },
  {
    title: 'Reads from the cache',
    top: 1,
    lines: [{ name: 'hit rate', read: ({ hitRate }) => hitRate, text: formatPercent }],
  },
  {
    title: 'Committed a second',
    top: 5,
    lines: [{ name: 'log entries', read: ({ commits }) => commits, text: formatRate }],
  },
];

export function RatesPanel() {
  const { samples } = picture.value;
  const last = samples.at(-1);
  return (
    <section class="panel rates" aria-labelledby="rates">
      <header>
        <h2 id="rates">The last minute</h2>
      </header>
      <div class="charts">
        {CHARTS.map(({ title, top, lines }) => (
          <figure key={title}>
            <figcaption>
              <span class="title">{title}</span>
              {lines.map(({ name, read, text }, index) => (
                <span key={name} class={`value line-${index}`}>
                  <b>{text(last && read(last))}</b> {name}
                </span>
              ))}
            </figcaption>
            <TimeChart samples={samples} lines={lines} top={top} />
          </figure>
        ))}
      </div>
      <details>
        <summary>As numbers</summary>
        <ScrollRegion label="Rates as numbers">
          <table>
            <TableHead
              columns={[
                'seconds ago',
                ...CHARTS.flatMap(({ lines }) => lines).map(({ name }) => number(name)),
              ]}
            />
            <tbody>
              {everySecond(samples).map((sample) => (
                <tr key={sample.at}>
                  <th scope="row">{Math.round(((last?.at ?? 0) - sample.at) / 1_000)}</th>
                  {CHARTS.flatMap(({ lines }) => lines).map(({ name, read, text }) => (
                    <td key={name} class="number">
                      {text(read(sample))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </details>
    </section>
  );
}

/** One of four samples, the newest first. */
function everySecond(samples: readonly Sample[]): readonly Sample[] {
  return samples
    .toReversed()
    .filter((_, place) => place % 4 === 0)
    .slice(0, 20);
}
