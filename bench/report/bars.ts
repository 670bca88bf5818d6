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

/** Bars at the medians, each with its median above it and a whisker from the least to the most. */
export function barSeries(groups: readonly Bars[]): SeriesOption[] {
  return groups.flatMap((group, place): SeriesOption[] => {
    const { name, colour, values, panel = 0 } = group;
    const axes = { xAxisIndex: panel, yAxisIndex: panel };
    const bars: SeriesOption = {
      ...axes,
      name,
      type: 'bar',
      barMaxWidth: 46,
      barGap: '12%',
      itemStyle: { color: colour },
      label: { show: true, position: 'top', distance: 8, fontSize: 11, color: '#222222' },
      data: values.map((spread) =>
        spread === undefined ? '-' : { value: spread.median, label: { formatter: brief(spread.median) } },
      ),
    };
    const beside = groups.filter((other) => (other.panel ?? 0) === panel);
    return [bars, whiskers(group, beside.indexOf(group), beside.length, place)];
  });
}

/** A bar's own layout is asked for, since whiskers stand where the bars do. */
function whiskers({ values, panel = 0 }: Bars, place: number, count: number, z: number): CustomSeriesOption {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 10 + z,
    silent: true,
    tooltip: { show: false },
    data: values.flatMap((spread, index) =>
      spread === undefined || spread.least === spread.most ? [] : [[index, spread.least, spread.most]],
    ),
    renderItem(_, api) {
      const index = api.value(0);
      const layout = api.barLayout({ barMaxWidth: 46, barGap: '12%', count }) as { offsetCenter: number }[];
      const [x = 0, low = 0] = api.coord([index, api.value(1)]);
      const [, high = 0] = api.coord([index, api.value(2)]);
      const at = x + layout[place]!.offsetCenter;
      const style = { stroke: '#222222', lineWidth: 1.2 };
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style,
      });
      return {
        type: 'group',
        children: [line(at, low, at, high), line(at - 4, low, at + 4, low), line(at - 4, high, at + 4, high)],
      };
    },
  };
}
