/** Metrics that count nothing, in the place of `prom-client`: the simulation shows its figures to nobody. */

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

export class Counter extends Quiet {}
export class Gauge extends Quiet {}
export class Histogram extends Quiet {}
export class Registry extends Quiet {
  registerMetric(): void {}
}

export function collectDefaultMetrics(): void {}
