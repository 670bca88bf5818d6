import { seededRandom } from '../../runtime/random.ts';
import { transportSuite } from '../runtime/transport-suite.ts';
import { createNetwork } from './network.ts';
import { createProcess, createScheduler } from './scheduler.ts';

transportSuite('the simulated network', () => {
  const scheduler = createScheduler();
  const weather = {
    minLatencyMs: 1,
    maxLatencyMs: 20,
    dropRate: 0,
    duplicateRate: 0,
    blocked: new Set<string>(),
  };
  const network = createNetwork(scheduler, seededRandom(1), weather, { arrived() {} });
  return {
    transport: network.transport(createProcess('node')),
    async until(condition) {
      for (let step = 0; !condition(); step += 1) {
        if (step > 10_000) throw new Error(`never: ${condition}`);
        await scheduler.run(scheduler.now + 1, () => {});
      }
    },
    settle: () => scheduler.run(scheduler.now + 1_000, () => {}),
  };
});
