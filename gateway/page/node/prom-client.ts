/** Counters that count nothing, in the place of `prom-client`: the simulation shows its figures to nobody. */

class Quiet {
  inc(): void {}
  dec(): void {}
  set(): void {}
  observe(): void {}
  labels(): this {
    return this;
  }
  removeSingleMetric(): void {}
}

export { Quiet as Counter, Quiet as Gauge, Quiet as Histogram, Quiet as Registry };

export function collectDefaultMetrics(): void {}
