import { manualClock } from '../support/manual-clock.ts';
import { memoryNetwork } from '../support/memory-transport.ts';
import { transportSuite } from './transport-suite.ts';

transportSuite('the transport in memory', () => {
  const clock = manualClock();
  return {
    transport: memoryNetwork(clock, 3),
    async until(condition) {
      for (let step = 0; !condition(); step += 1) {
        if (step > 10_000) throw new Error(`never: ${condition}`);
        await clock.elapse(1);
      }
    },
    settle: () => clock.elapse(100),
  };
});
