import type { EChartsOption } from 'echarts/types/dist/echarts';
import type { Result } from '../result.ts';
import { CLIENTS, clientsFigure } from '../scenarios/clients.ts';
import type { Spread } from '../statistics.ts';
import { type Bars, barSeries } from './bars.ts';
import { COLOURS, nameAxis, panel, SUBJECT_COLOURS, svgOf, valueAxis } from './chart.ts';
import { brief, scenarioOf, spreadAt } from './find.ts';

export interface Picture {
  /** Of its file, without `.svg`. */
  readonly name: string;
  readonly caption: string;
  readonly svg: string;
}

const SERVICES = ['bazar', 'fastify-postgres', 'moleculer'];
const LEGEND = { top: 62, left: 24, itemGap: 40 };
/** What the report of the course's project that this store began as measured, in milliseconds. */
const ORIGINAL = { without: 29, with: 20 };

/** The pictures of all that the result has. */
export function picturesOf(result: Result): Picture[] {
  const all = [cacheGain, distribution, keepingEqual, afterUpdate, byClients, throughput];
  return all.flatMap((draw) => draw(result) ?? []);
}

function cacheGain(result: Result): Picture | undefined {
  const at = (label: string) => spreadAt(result, 'cached-read-alone', label, 'p50Ms')?.median;
  const rows: [name: string, without: number | undefined, withCache: number | undefined][] = [
    ['the original report', ORIGINAL.without, ORIGINAL.with],
    ['bazar', at('bazar, no cache'), at('bazar')],
    ['fastify-postgres', at('fastify-postgres, past its cache'), at('fastify-postgres')],
  ];
  if (rows[1]![1] === undefined || rows[1]![2] === undefined) return undefined;
  const points = (place: 1 | 2, name: string, colour: string, side: 'top' | 'bottom') => ({
    name,
    type: 'scatter' as const,
    symbolSize: 15,
    itemStyle: { color: colour },
    label: { show: true, position: side, fontSize: 12, color: '#222222', distance: 7 },
    data: rows.map((row) =>
      row[place] === undefined ? '-' : { value: row[place], label: { formatter: brief(row[place]) } },
    ),
  });
  const caption = 'Response time of a read with and without a cache';
  const svg = svgOf(caption, 'One client, HTTP, median; the original measured on another machine', 400, {
    legend: LEGEND,
    grid: { left: 90, right: 40, top: 100, bottom: 50 },
    xAxis: nameAxis(rows.map(([name]) => name)),
    yAxis: { ...valueAxis('response time, ms (log)', 'log'), min: 0.01 },
    series: [
      points(1, 'without cache', COLOURS.vermilion, 'top'),
      points(2, 'with cache', COLOURS.blue, 'bottom'),
    ],
  });
  return { name: '1-response-time-with-and-without-cache', caption, svg };
}

function distribution(result: Result): Picture | undefined {
  const scenario = scenarioOf(result, 'distribution');
  const panels = scenario?.cases.filter(({ repetitions }) => repetitions.length > 0) ?? [];
  if (panels.length === 0) return undefined;
  const parts = panels.map(({ label, repetitions }) => ({
    label,
    figures: Object.entries(repetitions[0]!.figures).sort(([a], [b]) => (a < b ? -1 : 1)),
  }));
  const caption = 'Distribution of requests over the replicas';
  const of = parts.length;
  const svg = svgOf(caption, '300 requests of each kind, 8 at a time', 340, {
    grid: parts.map((_, place) => panel(place, of)),
    xAxis: parts.map(({ figures, label }, gridIndex) => ({
      ...nameAxis(
        figures.map(([name]) => name),
        label,
      ),
      gridIndex,
    })),
    yAxis: parts.map((_, gridIndex) => ({ ...valueAxis(gridIndex === 0 ? 'requests' : ''), gridIndex })),
    series: barSeries(
      parts.map(({ label, figures }, place) => ({
        name: label,
        colour: COLOURS.blue,
        panel: place,
        values: figures.map(([, value]) => exactly(value)),
      })),
    ),
  });
  return { name: '2-distribution-over-replicas', caption, svg };
}

function exactly(value: number): Spread {
  return { median: value, least: value, most: value };
}

const CATALOGS = ['1 catalog', '2 catalogs', '3 catalogs', '5 catalogs'];
const CACHES = ['none', 'in process', 'Redis alone', 'in process and Redis'];

function keepingEqual(result: Result): Picture | undefined {
  const sides: [scenario: string, labels: string[], axis: string][] = [
    ['catalogs', CATALOGS, 'copies that are kept equal'],
    ['cache', CACHES, 'caches that are kept equal'],
  ];
  const panels = sides.filter(([scenario]) => scenarioOf(result, scenario));
  if (panels.length === 0) return undefined;
  const caption = 'What it costs to keep replicas and caches equal';
  const svg = svgOf(caption, 'A purchase of one client, HTTP, median; whiskers: the repetitions', 360, {
    grid: panels.map((_, place) => panel(place, panels.length)),
    xAxis: panels.map(([, labels, axis], gridIndex) => ({
      ...nameAxis(labels, axis, 78),
      gridIndex,
      nameGap: 46,
    })),
    yAxis: panels.map((_, gridIndex) => ({ ...valueAxis('response time, ms'), gridIndex })),
    series: barSeries(
      panels.map(([scenario, labels], place) => ({
        name: scenario,
        colour: COLOURS.blue,
        panel: place,
        values: labels.map((label) => spreadAt(result, scenario, label, 'aloneMs')),
      })),
    ),
  });
  return { name: '3-cost-of-keeping-equal', caption, svg };
}

function afterUpdate(result: Result): Picture | undefined {
  if (!scenarioOf(result, 'after-update')) return undefined;
  const labels = ['bazar', 'bazar, no cache', 'fastify-postgres'];
  const group = (name: string, figure: string, colour: string): Bars => ({
    name,
    colour,
    values: labels.map((label) => spreadAt(result, 'after-update', label, figure)),
  });
  const caption = 'The request right after an update';
  const svg = svgOf(caption, 'One client, HTTP, median; none of them may be older than the update', 380, {
    legend: LEGEND,
    grid: { left: 90, right: 40, top: 110, bottom: 44 },
    xAxis: nameAxis(labels),
    yAxis: valueAxis('response time, ms'),
    series: barSeries([
      group('usual read', 'usualMs', COLOURS.blue),
      group('read right after the update', 'afterMs', COLOURS.orange),
      group('the update (a purchase)', 'updateMs', COLOURS.green),
    ]),
  });
  return { name: '4-request-after-an-update', caption, svg };
}

function byClients(result: Result): Picture | undefined {
  const sides = (
    [
      ['clients-read', 'cached read'],
      ['clients-purchase', 'purchase'],
    ] as const
  ).filter(([scenario]) => scenarioOf(result, scenario));
  if (sides.length === 0) return undefined;
  const lines: EChartsOption['series'] = sides.flatMap(([scenario], place) =>
    SERVICES.map((label) => ({
      name: label,
      type: 'line' as const,
      xAxisIndex: place,
      yAxisIndex: place,
      symbolSize: 7,
      itemStyle: { color: SUBJECT_COLOURS[label] },
      lineStyle: { color: SUBJECT_COLOURS[label], width: 2 },
      data: CLIENTS.map(
        (clients) => spreadAt(result, scenario, label, clientsFigure(clients))?.median ?? '-',
      ),
    })),
  );
  const caption = 'Response time against the number of clients';
  const svg = svgOf(caption, 'HTTP, each client asks again as soon as it is answered; median', 400, {
    legend: LEGEND,
    grid: sides.map((_, place) => panel(place, sides.length, 112)),
    xAxis: sides.map(([, what], gridIndex) => ({
      ...nameAxis(CLIENTS.map(String), `clients: ${what}`),
      gridIndex,
    })),
    yAxis: sides.map((_, gridIndex) => ({ ...valueAxis('response time, ms (log)', 'log'), gridIndex })),
    series: lines,
  });
  return { name: '5-response-time-against-clients', caption, svg };
}

/** Scenarios, and what they are called below the bars. */
const THROUGHPUT = {
  'cached-read-http': 'cached read',
  'strong-read-http': 'read past the cache (ours strong)',
  'search-http': 'search',
  'mix-http': 'mix, 1 purchase to 9 reads',
  'purchase-http': 'purchase, 1,000 books',
  'purchase-hot': 'purchase, one book',
};

function throughput(result: Result): Picture | undefined {
  const shown = Object.entries(THROUGHPUT).filter(([name]) => scenarioOf(result, name));
  if (shown.length === 0) return undefined;
  const caption = 'Throughput beside what a team would otherwise pick';
  const subtitle =
    'HTTP, 50 connections, median of the repetitions; bazar syncs on two of three copies, the others on one';
  const svg = svgOf(caption, subtitle, 460, {
    legend: LEGEND,
    grid: { left: 90, right: 30, top: 110, bottom: 66 },
    xAxis: nameAxis(
      shown.map(([, title]) => title),
      '',
      108,
    ),
    yAxis: valueAxis('requests a second'),
    series: barSeries(
      SERVICES.map((label) => ({
        name: label,
        colour: SUBJECT_COLOURS[label]!,
        values: shown.map(([name]) => spreadAt(result, name, label, 'perSecond')),
      })),
    ),
  });
  return { name: '6-throughput-against-peers', caption, svg };
}
