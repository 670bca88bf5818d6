import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createLogger } from '../../runtime/logger.ts';
import { createLeadingDriver, type DriverTrialChanges, type DriverTrial } from './driver-support.ts';
import { append } from './support.ts';

/** A leader, and the sentences that its log has. */
async function createTold(changes: DriverTrialChanges = {}): Promise<{ trial: DriverTrial; lines: string[] }> {
  const lines: string[] = [];
  const logger = createLogger('catalog-1', 'info', {
    write: (line) => void lines.push(JSON.parse(line).msg),
  });
  return { trial: await createLeadingDriver({ ...changes, logger }), lines };
}

test('an election is told with its reason and its votes', async () => {
  const { lines } = await createTold();
  assert.equal(lines, [
    'asks whether it would be elected in term 1: it knows no leader',
    'stands for election in term 1, backed by catalog-1 and catalog-2',
    'leads from term 1 on, elected by catalog-1 and catalog-2 of 3',
  ]);
});

test('a leader that is given up for a newer term says for whom, and a follower whom it follows and lost', async () => {
  const { trial, lines } = await createTold();
  lines.length = 0;
  trial.driver.dispatch({ ...append(trial.raft, {}), term: 2, from: 'catalog-3' });
  trial.driver.dispatch({ type: 'peer.disconnected', peer: 'catalog-3' });
  await trial.clock.elapse(trial.raft.limits.tickMs * (trial.raft.timeout + 1));
  assert.equal(lines, [
    'follows catalog-3, the leader of term 2',
    'gives up the lead of term 1: catalog-3 is in term 2',
    'has lost its link to the leader catalog-3',
    'asks whether it would be elected in term 3: the link to the leader catalog-3 was lost',
  ]);
});

test('a leader that no majority hears says so once', async () => {
  const { trial, lines } = await createTold();
  lines.length = 0;
  await trial.clock.elapse(trial.raft.limits.tickMs * trial.raft.limits.electionTicks * 3);
  assert.match(lines[0]!, /^gives up the lead of term 1: no majority was heard for /);
  assert.is(lines.filter((line) => line.startsWith('gives up')).length, 1);
});

test('what changes more often than the bound is counted and not told', async () => {
  const { trial, lines } = await createTold({ limits: { maxChronicleLines: 5 } });
  await trial.clock.elapse(1_000);
  lines.length = 0;
  for (let time = 0; time < 40; time++) {
    trial.driver.dispatch({ type: 'peer.connected', peer: 'catalog-2', wiped: true });
  }
  assert.is(lines.filter((line) => line === 'catalog-2 has come back with an empty disk').length, 5);
  await trial.clock.elapse(1_100);
  assert.ok(lines.some((line) => / more changes in that second are left out$/.test(line)));
});

test.run();
