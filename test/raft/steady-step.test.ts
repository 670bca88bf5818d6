import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReplicaEvent } from '../../actors/raft/core/raft.ts';
import { steadyStep } from '../../actors/raft/core/steady-step.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { append, createFollower, createLeader, matched, type Trial, TURN, termsOf } from './support.ts';

/** Event makers, so that each of two equal replicas gets its own. */
const step = fc.oneof<fc.Arbitrary<(trial: Trial) => ReplicaEvent>[]>(
  fc.constantFrom(
    () => TURN,
    () => ({ type: 'commit.due' as const }),
  ),
  fc.constant(({ raft }) => ({
    type: 'batch.synced',
    term: raft.term,
    votedFor: raft.votedFor,
    lastIndex: raft.log.lastIndex,
    lastTerm: raft.log.lastTerm,
    applied: raft.commit,
  })),
  fc.nat(3).map((count) => () => ({
    type: 'commands.proposed' as const,
    commands: Array.from({ length: count }, (_, place) => ({ kind: 'boot' as const, boot: `boot ${place}` })),
    at: 1,
  })),
  fc.nat(9).map((id) => () => ({ type: 'reads.requested' as const, ids: [id] })),
  fc
    .record({
      from: fc.constantFrom('catalog-2', 'catalog-3'),
      match: fc.nat(12),
      behind: fc.integer({ min: -1, max: 1 }),
    })
    .map(({ from, match, behind }) => ({ raft }: Trial) => ({
      ...matched(raft, from, Math.min(match, raft.log.lastIndex)),
      term: raft.term + behind,
    })),
  fc
    .record({ behind: fc.integer({ min: -1, max: 1 }), count: fc.nat(3), isKnown: fc.boolean() })
    .map(({ behind, count, isKnown }) => ({ raft }: Trial) => {
      const { lastIndex, lastTerm } = raft.log;
      const prev: [number, number] = isKnown ? [lastIndex, lastTerm] : [lastIndex + 1, lastTerm];
      const term = raft.term + behind;
      return append(term, { prev, log: Array(count).fill(term), commit: raft.commit });
    }),
  fc
    .record({ draw: fc.nat(12), syncTicks: fc.constantFrom(0, 0, 0, 2, DEFAULT_LIMITS.hangingDiskTicks) })
    .map(({ draw, syncTicks }) => () => ({ type: 'clock.ticked' as const, draw: draw / 13, syncTicks })),
);

const shown = ({ raft, state, fault }: Trial) => ({
  ...raft,
  log: termsOf(raft),
  progress: [...raft.progress],
  votes: [...raft.votes],
  preVotes: [...raft.preVotes],
  state,
  fault: fault === undefined ? undefined : String(fault),
});

for (const [role, create] of Object.entries({ leader: createLeader, follower: createFollower })) {
  test(`what a ${role} does all day is the same with and without the statechart's interpreter`, async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const [walked, short] = await Promise.all([create(), create()]);
        for (const makeEvent of steps) {
          const effects = walked.send(makeEvent(walked));
          const event = makeEvent(short);
          const { raft } = short;
          const isTaken = steadyStep(raft, short.state, event);
          if (isTaken) taken++;
          assert.equal(isTaken ? raft.effects.splice(0) : short.send(event), effects);
          assert.equal(shown(short), shown(walked));
          if (walked.fault !== undefined) return;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(taken > 100, `${taken} steps past the interpreter`);
  });
}

test.run();
