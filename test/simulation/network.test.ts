import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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

const healing = suite('the simulated network where a cut heals');

// Seed 1053604 over the outer log told a client of a later event first.
healing('what is on its way then does not overtake what has waited', async () => {
  const scheduler = createScheduler();
  const blocked = new Set<string>();
  const weather = { minLatencyMs: 10, maxLatencyMs: 20, dropRate: 0, duplicateRate: 0, blocked };
  const network = createNetwork(scheduler, seededRandom(1), weather, { arrived() {} });
  const pass = (ms: number) => scheduler.run(scheduler.now + ms, () => {});
  const heard: string[] = [];
  const silent = { opened() {}, frame() {}, closed() {} };
  const { url } = await network.transport(createProcess('b')).listen(() => ({
    ...silent,
    frame: (text) => void heard.push(text),
  }));
  const a = network.transport(createProcess('a')).dial(url, silent);
  await pass(100);
  blocked.add('a>b');
  a.send('1');
  a.send('2');
  await pass(100);
  assert.equal(heard, []);
  a.send('3');
  await pass(5);
  blocked.clear();
  network.healed();
  a.send('4');
  await pass(100);
  assert.equal(heard, ['1', '2', '3', '4']);
});

healing.run();
