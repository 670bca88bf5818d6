import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Effect } from '../../actors/raft/core/raft.ts';
import { append, createTrial, LIMITS, sent, type Trial, termsOf } from './support.ts';

/**
 * A follower against a model: leaders of rising terms, each with a log that has all that was committed before,
 * send pieces of their logs in any order, twice, or not at all. Entries are told apart by index and term, which
 * Raft makes unique (Ongaro and Ousterhout 2014, figure 3, "Log Matching").
 */
interface Leader {
  readonly term: number;
  /** The terms of its log's entries. */
  readonly log: readonly number[];
}

/** A leader keeps the committed part of the last one's log and some of the rest, and adds entries of its own. */
const leaders = fc
  .array(fc.record({ kept: fc.nat(8), added: fc.integer({ min: 1, max: 6 }), skipped: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((plans) => {
    const made: Leader[] = [];
    let log: number[] = [];
    let term = 0;
    for (const { kept, added, skipped } of plans) {
      term += skipped ? 2 : 1;
      log = [...log.slice(0, kept), ...Array<number>(added).fill(term)];
      made.push({ term, log });
    }
    return made;
  });

const piece = fc.record({ from: fc.nat(12), length: fc.nat(6), twice: fc.boolean() });
const story = fc.array(fc.record({ leader: fc.nat(4), piece }), { maxLength: 40 });

/** How far two logs agree. */
function agreement(one: readonly number[], other: readonly number[]): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

/** The highest index that no later leader overwrites: as far as a commit could safely be. */
function safeCommit(all: readonly Leader[], at: number): number {
  const later = all.slice(at);
  return Math.min(...later.map(({ log }) => agreement(log, later[0]!.log)));
}

function deliver(
  trial: Trial,
  all: readonly Leader[],
  at: number,
  given: { from: number; length: number },
): Effect[] {
  const { term, log } = all[at]!;
  const prevIndex = Math.min(given.from, log.length);
  return trial.send(
    append(term, {
      prev: [prevIndex, log[prevIndex - 1] ?? 0],
      log: log.slice(prevIndex, prevIndex + given.length),
      commit: safeCommit(all, at),
    }),
  );
}

function checkAnswer(trial: Trial, effects: Effect[], leader: Leader): void {
  const log = termsOf(trial.raft);
  for (const answer of sent(effects, 'raft.appended')) {
    if (!answer.ok) continue;
    assert.ok(
      answer.match <= agreement(log, leader.log),
      `claims ${answer.match} of ${leader.log}, has ${log}`,
    );
  }
  const { commit } = trial.raft;
  assert.ok(commit <= agreement(log, leader.log), 'what is committed is what the leader has');
}

test('whatever arrives, in any order: acknowledged and committed entries are the leader’s', async () => {
  await fc.assert(
    fc.asyncProperty(leaders, story, async (all, steps) => {
      const trial = await createTrial();
      let latest = 0;
      let commit = 0;
      for (const step of steps) {
        // Mostly the present leader; now and then something late of an earlier one.
        const at = Math.min(step.leader, all.length - 1, latest + 1);
        latest = Math.max(latest, at);
        for (let copy = 0; copy <= (step.piece.twice ? 1 : 0); copy++) {
          const effects = deliver(trial, all, at, step.piece);
          if (at === latest) checkAnswer(trial, effects, all[at]!);
          else assert.ok(sent(effects, 'raft.appended').every(({ ok }) => !ok));
        }
        assert.is(trial.fault, undefined);
        assert.ok(trial.raft.commit >= commit);
        commit = trial.raft.commit;
      }
    }),
    { numRuns: 100 },
  );
});

test('a leader that heeds refusals brings every log to be its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      leaders,
      fc.array(fc.record({ leader: fc.nat(3), piece }), { maxLength: 15 }),
      async (all, past) => {
        const trial = await createTrial();
        let latest = 0;
        for (const step of past) {
          latest = Math.min(Math.max(latest, step.leader), all.length - 1);
          deliver(trial, all, latest, step.piece);
        }
        const { term, log } = all.at(-1)!;
        let next = log.length;
        for (let rounds = 0; ; rounds++) {
          assert.ok(rounds <= log.length + 1, 'each refusal goes back by one entry at least');
          const [answer] = sent(
            trial.send(append(term, { prev: [next, log[next - 1] ?? 0], log: log.slice(next) })),
            'raft.appended',
          );
          if (answer!.ok) break;
          assert.ok(answer!.conflictIndex! <= next);
          next = Math.min(next, answer!.conflictIndex!) - 1;
        }
        assert.equal(termsOf(trial.raft), log);
      },
    ),
    { numRuns: 100 },
  );
});

test('a log that was partly forgotten answers as a whole one does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 8 }).map((log) => log.sort()),
      fc.nat(8),
      fc.nat(8),
      fc.nat(8),
      async (log, committed, from, length) => {
        const forgotten = Math.min(committed, log.length);
        const whole = await createTrial({ log, commit: forgotten, limits: LIMITS });
        const compacted = await createTrial({ log, forgotten });
        const prevIndex = Math.min(from, log.length);
        const event = append(4, {
          prev: [prevIndex, log[prevIndex - 1] ?? 0],
          log: log.slice(prevIndex, prevIndex + length),
        });
        assert.equal(compacted.send(event), whole.send(event));
        assert.equal(termsOf(compacted.raft), termsOf(whole.raft, forgotten + 1));
      },
    ),
    { numRuns: 100 },
  );
});

test.run();
