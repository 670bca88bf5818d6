import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sentenceOf } from '../../runtime/happenings.ts';
import { createLeadingHost, type DriverTrial } from './driver-support.ts';
import { append } from './support.ts';

/** What was told since the last call. */
const takeSentences = ({ happenings }: DriverTrial) => happenings.splice(0).map(sentenceOf);

test('an election is told with its reason and its votes', async () => {
  const trial = await createLeadingHost();
  assert.equal(
    trial.happenings.map(({ kind, node, term }) => ({ kind, node, term })),
    [
      { kind: 'preCampaign', node: 'catalog-1', term: 0 },
      { kind: 'campaign', node: 'catalog-1', term: 1 },
      { kind: 'elected', node: 'catalog-1', term: 1 },
    ],
  );
  assert.equal(takeSentences(trial), [
    'asks whether it would be elected in term 1: it knows no leader',
    'stands for election in term 1, backed by catalog-1 and catalog-2',
    'leads from term 1 on, elected by catalog-1 and catalog-2 of 3',
  ]);
});

test('a leader that is given up for a newer term says for whom, and a follower whom it follows and lost', async () => {
  const trial = await createLeadingHost();
  takeSentences(trial);
  trial.driver.dispatch({ ...append(2, {}), from: 'catalog-3' });
  trial.driver.dispatch({ type: 'peer.disconnected', peer: 'catalog-3' });
  await trial.clock.elapse(trial.raft.limits.tickMs * 20);
  assert.equal(takeSentences(trial).slice(0, 4), [
    'gives up the lead of term 1: catalog-3 is in term 2',
    'follows catalog-3, the leader of term 2',
    'has lost its link to catalog-3, the leader of term 2',
    'asks whether it would be elected in term 3: the link to the leader catalog-3 was lost',
  ]);
});

test('a follower whose leader has a full disk says so', async () => {
  const trial = await createLeadingHost();
  trial.driver.dispatch({ ...append(2, {}), from: 'catalog-3' });
  takeSentences(trial);
  trial.driver.dispatch({ type: 'peer.filled', peer: 'catalog-3' });
  await trial.clock.elapse(trial.raft.limits.tickMs * 5);
  assert.equal(takeSentences(trial), [
    'asks whether it would be elected in term 3: the disk of the leader catalog-3 is full',
  ]);
});

test('a follower that hears its leader no more says for how long', async () => {
  const trial = await createLeadingHost();
  trial.driver.dispatch({ ...append(2, {}), from: 'catalog-3' });
  takeSentences(trial);
  await trial.clock.elapse(trial.raft.limits.tickMs * trial.raft.limits.electionTicks * 3);
  const [first] = takeSentences(trial);
  assert.match(
    first!,
    /^asks whether it would be elected in term 3: the leader catalog-3 was not heard for \d\.\d s$/,
  );
});

test('a leader that no majority hears says so once', async () => {
  const trial = await createLeadingHost();
  takeSentences(trial);
  await trial.clock.elapse(trial.raft.limits.tickMs * trial.raft.limits.electionTicks * 3);
  const sentences = takeSentences(trial);
  assert.match(sentences[0]!, /^gives up the lead of term 1: no majority was heard for /);
  assert.is(sentences.filter((sentence) => sentence.startsWith('gives up')).length, 1);
});

test('a vote is told once, and a vote that is refused with its reason', async () => {
  const trial = await createLeadingHost();
  const { raft, driver, clock } = trial;
  await clock.elapse(raft.limits.tickMs * raft.limits.electionTicks * 2);
  takeSentences(trial);
  const term = raft.term + 5;
  const ask = { type: 'vote.requested', term, pre: false, lastTerm: 9, lastIndex: 99 } as const;
  driver.dispatch({ ...ask, from: 'catalog-2' });
  driver.dispatch({ ...ask, from: 'catalog-2' });
  driver.dispatch({ ...ask, from: 'catalog-3' });
  driver.dispatch({ ...ask, from: 'catalog-3', term: term + 1, lastTerm: 0, lastIndex: 0 });
  assert.equal(
    takeSentences(trial).filter((sentence) => / vote/.test(` ${sentence}`)),
    [
      `votes for catalog-2 in term ${term}`,
      `does not vote for catalog-3 in term ${term}: it has voted for catalog-2`,
      `does not vote for catalog-3 in term ${term + 1}: its own log is newer`,
    ],
  );
});

test('a disk is told to be slow, hanging and well again, once each', async () => {
  const trial = await createLeadingHost();
  trial.driver.dispatch({ ...append(2, {}), from: 'catalog-3' });
  takeSentences(trial);
  const { slowDiskTicks, hangingDiskTicks } = trial.raft.limits;
  const tick = (syncTicks: number) => trial.driver.dispatch({ type: 'clock.ticked', draw: 0, syncTicks });
  for (const syncTicks of [slowDiskTicks + 1, slowDiskTicks + 2, hangingDiskTicks, hangingDiskTicks + 1])
    tick(syncTicks);
  for (let time = 0; time < 600; time++) tick(0);
  const kinds = trial.happenings.map(({ kind }) => kind).filter((kind) => kind.startsWith('disk'));
  assert.equal(kinds, ['diskSlow', 'diskHangs', 'diskWell']);
});

test('heartbeats, purchases and acknowledgements tell nothing', async () => {
  const trial = await createLeadingHost();
  trial.driver.dispatch({ ...append(2, {}), from: 'catalog-3' });
  takeSentences(trial);
  for (let time = 0; time < 100; time++) trial.driver.dispatch({ ...append(2, {}), from: 'catalog-3' });
  assert.equal(takeSentences(trial), []);
});

test.run();
