/** The figures that scenarios measure: as tables and axes call them. Any other name stands for itself. */
interface Metric {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
}

const METRICS: Readonly<Record<string, Metric>> = {
  perSecond: { title: 'per second', unit: '1/s', digits: 0 },
  p50Ms: { title: 'p50', unit: 'ms', digits: 2 },
  p99Ms: { title: 'p99', unit: 'ms', digits: 2 },
  worstMs: { title: 'worst', unit: 'ms', digits: 0 },
  medianMs: { title: 'median', unit: 'ms', digits: 1 },
  cpuUs: { title: 'CPU a request', unit: 'µs', digits: 0 },
  generator: { title: 'generator busy', unit: '%', digits: 0 },
  notOk: { title: 'not ok', unit: '%', digits: 2 },
  rate: { title: 'asked', unit: '1/s', digits: 0 },
  readsPerSecond: { title: 'reads', unit: '1/s', digits: 0 },
  purchasesPerSecond: { title: 'purchases', unit: '1/s', digits: 0 },
  aloneMs: { title: 'one purchase alone', unit: 'ms', digits: 2 },
  strongMs: { title: 'one strong read alone', unit: 'ms', digits: 2 },
  readP50Ms: { title: 'read p50', unit: 'ms', digits: 2 },
  usualMs: { title: 'usual read', unit: 'ms', digits: 3 },
  afterMs: { title: 'read right after an update', unit: 'ms', digits: 3 },
  updateMs: { title: 'the update', unit: 'ms', digits: 3 },
  stale: { title: 'older than the update', unit: 'reads', digits: 0 },
  residentMb: { title: 'sum of resident sizes', unit: 'MB', digits: 0 },
  togetherMb: { title: 'memory of all together', unit: 'MB', digits: 0 },
  catalogMb: { title: 'largest catalog', unit: 'MB', digits: 0 },
  idlePercent: { title: 'idle', unit: '% of a core', digits: 1 },
  processes: { title: 'processes', unit: '', digits: 0 },
  catchUpSeconds: { title: 'until equal', unit: 's', digits: 1 },
  missed: { title: 'missed', unit: 'purchases', digits: 0 },
  beforePerSecond: { title: 'purchases before', unit: '1/s', digits: 0 },
  meanwhilePerSecond: { title: 'purchases meanwhile', unit: '1/s', digits: 0 },
  firstSeconds: { title: 'first start', unit: 's', digits: 2 },
  laterSeconds: { title: 'later start', unit: 's', digits: 2 },
  restartSeconds: { title: 'a killed follower ready', unit: 's', digits: 2 },
  commandSeconds: { title: 'bazar info', unit: 's', digits: 2 },
  allKilledSeconds: { title: 'all catalogs killed, until a purchase', unit: 's', digits: 2 },
  wipedSeconds: { title: 'wiped catalog equal', unit: 's', digits: 1 },
  fillSeconds: { title: 'filled in', unit: 's', digits: 1 },
  allSeconds: { title: 'all books exported', unit: 's', digits: 2 },
  kills: { title: 'kills', unit: '', digits: 0 },
};

export function metricOf(name: string): Metric {
  return METRICS[name] ?? { title: name, unit: '', digits: name.endsWith('ms') ? 2 : 0 };
}

export function heading(name: string): string {
  const { title, unit } = metricOf(name);
  return unit === '' ? title : `${title}, ${unit}`;
}

/** A figure as people read it: thousands apart, digits as the metric has them. */
export function show(name: string, value: number): string {
  const { digits } = metricOf(name);
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
