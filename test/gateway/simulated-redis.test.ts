import { seededRandom } from '../../runtime/random.ts';
import { simulatedRedis } from '../simulation/redis.ts';
import { manualClock } from '../support/manual-clock.ts';
import { keyValueSuite } from './key-value-suite.ts';

keyValueSuite('the simulated Redis', async () => {
  const clock = manualClock();
  const redis = simulatedRedis({ clock, random: seededRandom(1) });

  async function until(condition: () => boolean): Promise<void> {
    for (let step = 0; !condition(); step++) {
      if (step > 10_000) throw new Error(`never: ${condition}`);
      await clock.elapse(1);
    }
  }

  return {
    connect: () => redis.connect(clock),
    save: async () => redis.save(),
    kill: async () => redis.kill(),
    start: async (data) => redis.start(data),
    pause: redis.pause,
    resume: redis.resume,
    until,
    elapse: clock.elapse,
    async answer(promise) {
      let settled = false;
      promise
        .finally(() => {
          settled = true;
        })
        .catch(() => {});
      await until(() => settled);
      return promise;
    },
    end: async () => {},
  };
});
