import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { KEPT_SAMPLES, type Sample } from '../watched-store.ts';

interface ChartLine {
  readonly name: string;
  readonly read: (sample: Sample) => number | null;
  readonly text: (value: number | null | undefined) => string;
}

const HEIGHT = 132;
const SECONDS = KEPT_SAMPLES / 4;
/** Dashes beside colours, so that no line is known by its colour alone. */
const DASHES = [[], [5, 3]];

/** One chart of the last minute, drawn by uPlot; its values are in the table beside it. */
export function TimeChart({
  samples,
  lines,
  top,
}: {
  samples: readonly Sample[];
  lines: readonly ChartLine[];
  top: number;
}) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);

  useEffect(() => {
    const box = host.current!;
    const draw = () => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsOf(box, lines, top), dataOf(samples, lines), box);
    };
    draw();
    const fitting = new ResizeObserver(() =>
      chart.current?.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    fitting.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      fitting.disconnect();
      dark.removeEventListener('change', draw);
      chart.current?.destroy();
    };
  }, []);

  useEffect(() => {
    chart.current?.setData(dataOf(samples, lines));
  }, [samples]);

  return <div class="chart" ref={host} aria-hidden="true" />;
}

function dataOf(samples: readonly Sample[], lines: readonly ChartLine[]): uPlot.AlignedData {
  const now = samples.at(-1)?.at ?? 0;
  const ago = samples.map(({ at }) => (at - now) / 1_000);
  return [ago, ...lines.map(({ read }) => samples.map(read))];
}

function optionsOf(box: HTMLElement, lines: readonly ChartLine[], top: number): uPlot.Options {
  const style = getComputedStyle(box);
  const color = (name: string) => style.getPropertyValue(name).trim() || 'gray';
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--rule'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { sync: { key: 'rates' }, y: false, points: { size: 6 } },
    scales: {
      x: { time: false, range: [-SECONDS, 0] },
      y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, top)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        values: (_plot, splits) => splits.map((value) => (value === 0 ? 'now' : `${value} s`)),
      },
      { ...axis, size: 56, values: (_plot, splits) => splits.map((value) => lines[0]!.text(value)) },
    ],
    series: [
      {},
      ...lines.map((_, index) => ({
        stroke: color(index === 0 ? '--line-0' : '--line-1'),
        width: 1.75,
        dash: DASHES[index],
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}
