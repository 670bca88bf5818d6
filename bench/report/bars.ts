import type { CustomSeriesOption, SeriesOption } from 'echarts/types/dist/echarts';
import type { Spread } from '../statistics.ts';
import { brief } from './find.ts';

export interface Bars {
  readonly name: string;
  readonly colour: string;
  /** One for each name of the axis; a gap where nothing was measured. */
  readonly values: readonly (Spread | undefined)[];
  /** Of the grid it is drawn in. */
  readonly panel?: number;
}

const MAX_WIDTH = 46;
const GAP = '12%';
const INK = '#222222';
const CAP = 4;

/** Bars at the medians; each has a whisker from the least to the most, and its median above that. */
export function barSeries(groups: readonly Bars[]): SeriesOption[] {
  return groups.flatMap((group): SeriesOption[] => {
    const { name, colour, values, panel = 0 } = group;
    const beside = groups.filter((other) => (other.panel ?? 0) === panel);
    const bars: SeriesOption = {
      name,
      type: 'bar',
      xAxisIndex: panel,
      yAxisIndex: panel,
      barMaxWidth: MAX_WIDTH,
      barGap: GAP,
      itemStyle: { color: colour },
      data: values.map((spread) => spread?.median ?? '-'),
    };
    return [bars, whiskers(group, beside.indexOf(group), beside.length)];
  });
}

/** A bar's own layout is asked for, since whiskers stand where the bars do. */
function whiskers({ values, panel = 0 }: Bars, place: number, count: number): CustomSeriesOption {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 10,
    silent: true,
    // The axis reaches to the ends of the whiskers.
    encode: { x: 0, y: [1, 2, 3] },
    data: values.flatMap((spread, index) =>
      spread === undefined ? [] : [[index, spread.least, spread.median, spread.most]],
    ),
    renderItem(_, api) {
      const [index, least, median, most] = [0, 1, 2, 3].map((dimension) => Number(api.value(dimension)));
      const layout = api.barLayout({ barMaxWidth: MAX_WIDTH, barGap: GAP, count }) as {
        offsetCenter: number;
      }[];
      const [x = 0, low = 0] = api.coord([index!, least!]);
      const [, high = 0] = api.coord([index!, most!]);
      const at = x + layout[place]!.offsetCenter;
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: INK, lineWidth: 1.2 },
      });
      const whisker =
        least === most
          ? []
          : [
              line(at, low, at, high),
              line(at - CAP, low, at + CAP, low),
              line(at - CAP, high, at + CAP, high),
            ];
      const text = {
        type: 'text' as const,
        style: {
          text: brief(median!),
          x: at,
          y: high - 6,
          fill: INK,
          fontSize: 11,
          align: 'center' as const,
          verticalAlign: 'bottom' as const,
        },
      };
      return { type: 'group', children: [...whisker, text] };
    },
  };
}
