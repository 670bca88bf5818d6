import * as echarts from 'echarts';
import type { EChartsOption } from 'echarts/types/dist/echarts';

/** The declarations of the package's entry point to others in a way that Node's resolution does not follow. */
const { init } = echarts as unknown as typeof import('echarts/types/dist/echarts');

/** Colours that people with any colour vision tell apart, by Okabe and Ito (https://jfly.uni-koeln.de/color/). */
export const COLOURS = {
  blue: '#0072B2',
  orange: '#E69F00',
  green: '#009E73',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  sky: '#56B4E9',
  black: '#000000',
} as const;

/** Each subject has the same colour in every picture. */
export const SUBJECT_COLOURS: Readonly<Record<string, string>> = {
  bazar: COLOURS.blue,
  'bazar, no cache': COLOURS.sky,
  'fastify-postgres': COLOURS.orange,
  moleculer: COLOURS.green,
};

export const WIDTH = 860;
const FONT = 'Arial, Helvetica, sans-serif';
const INK = '#222222';
const FAINT = '#dddddd';

/** A picture as SVG text, on a white card, so that it is readable on light and dark pages alike. */
export function svgOf(title: string, subtitle: string, height: number, option: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      color: Object.values(COLOURS),
      textStyle: { fontFamily: FONT, color: INK },
      title: {
        text: title,
        subtext: subtitle,
        left: 24,
        top: 14,
        textStyle: { fontSize: 16, color: INK },
        subtextStyle: { fontSize: 12, color: '#555555' },
      },
      ...option,
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

export function valueAxis(name: string, kind: 'value' | 'log' = 'value') {
  return {
    type: kind,
    name,
    nameLocation: 'middle' as const,
    nameGap: 46,
    nameTextStyle: { color: INK, fontSize: 12 },
    axisLabel: { color: INK, formatter: (value: number) => value.toLocaleString('en-US') },
    splitLine: { lineStyle: { color: FAINT } },
  };
}

/** `width`: pixels of a name before it goes on in a second line. */
export function nameAxis(data: readonly string[], name = '', width = 130) {
  return {
    type: 'category' as const,
    data: [...data],
    name,
    nameLocation: 'middle' as const,
    nameGap: 30,
    nameTextStyle: { color: INK, fontSize: 12 },
    axisLabel: { color: INK, interval: 0, width, overflow: 'break' as const },
    axisTick: { show: false },
  };
}

/** Where the second of two panels begins, and the first ends, in pixels. */
export function panel(place: number, of: number, top = 96, bottom = 64) {
  const inner = (WIDTH - 24) / of;
  return { left: 24 + place * inner + 50, width: inner - 76, top, bottom };
}
