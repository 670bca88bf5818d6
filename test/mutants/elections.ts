import { underSlowDisks } from '../simulation/slow-disks.ts';
import type { Mutant } from './mutant.ts';
import { followersReturn, limits, under } from './plans.ts';

/** Bugs in who votes for whom and when. */
export const ELECTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'vote-answered-before-durable',
    harm: 'A voter that crashes has forgotten its vote and gives another one in the same term.',
    swaps: [
      {
        file: 'actors/raft/driver.ts',
        find: 'batches.afterSync(() => mesh.tell(effect.to, effect.message.type, effect.message.body));',
        put: `if (effect.message.type === 'raft.voted') mesh.tell(effect.to, effect.message.type, effect.message.body);
              else batches.afterSync(() => mesh.tell(effect.to, effect.message.type, effect.message.body));`,
      },
    ],
    seeds: 5,
    change: under(['kill the leader'], { diskMs: 20, latencyMs: 2 }),
  },
  {
    name: 'vote-counted-twice',
    harm: 'A vote that the network brings twice makes a majority out of a minority, so a term has two leaders.',
    swaps: [
      {
        file: 'actors/raft/core/election.ts',
        find: '(pre ? raft.preVotes : raft.votes).add(event.from);',
        put: `const votes = pre ? raft.preVotes : raft.votes;
              votes.add(\`\${event.from}, vote \${votes.size}\`);`,
      },
    ],
    seeds: 10,
    change: under(['kill the leader'], { catalogs: 5, diskMs: 20, latencyMs: 40, duplicateRate: 0.2 }),
  },
  {
    name: 'returning-node-deposes-leader',
    harm: 'Without PreVote and the look at a live leader, every node that comes back from a partition stops the store.',
    swaps: [
      {
        file: 'actors/raft/core/statechart.ts',
        find: `return !event.pre && event.term > context.raft.term && !hearsLeader(context.raft);`,
        put: `return !event.pre && event.term > context.raft.term;`,
      },
      {
        file: 'actors/raft/core/statechart.ts',
        find: `'clock.ticked': [{ guard: 'isElectionDue', target: 'preCandidate' }, { actions: 'countTick' }],
               'append.received': { guard: 'isSameTerm', actions: ['followLeader', 'acceptAppend'] },`,
        put: `'clock.ticked': [{ guard: 'isElectionDue', target: 'candidate' }, { actions: 'countTick' }],
              'append.received': { guard: 'isSameTerm', actions: ['followLeader', 'acceptAppend'] },`,
      },
      {
        file: 'actors/raft/core/statechart.ts',
        find: `'clock.ticked': [{ guard: 'isElectionDue', target: 'preCandidate' }, { actions: 'countTick' }],
               'vote.answered': [`,
        put: `'clock.ticked': [
                { guard: 'isElectionDue', target: 'candidate', reenter: true },
                { actions: 'countTick' },
              ],
              'vote.answered': [`,
      },
    ],
    seeds: 20,
    change: followersReturn,
  },
  {
    name: 'wiped-node-votes',
    harm: 'A replica that has forgotten what it acknowledged helps to elect one that never had it.',
    swaps: [{ file: 'actors/raft/join-raft.ts', find: 'wiped: identity.recovering,', put: 'wiped: false,' }],
    seeds: 20,
    change: under(['wipe a disk', 'cut off the leader'], { diskMs: 20, faultEveryMs: 500 }),
  },
  {
    name: 'own-vote-counted-before-sync',
    harm: 'A candidate that crashes has forgotten that it voted for itself, and elects another in the same term.',
    swaps: [
      {
        file: 'actors/raft/core/election.ts',
        find: `adoptTerm(raft, raft.term + 1);
               raft.votedFor = raft.self;`,
        put: `adoptTerm(raft, raft.term + 1);
              raft.votes.add(raft.self);
              raft.votedFor = raft.self;
              for (const message of voteRequests(raft, raft.term, false)) {
                raft.effects.push({ type: 'send', ...message });
              }`,
      },
    ],
    seeds: 10,
    change: under(['slow disk', 'kill the leader'], { diskMs: 20, latencyMs: 2 }),
  },
  {
    name: 'votes-of-slow-disks-forgotten',
    harm: 'A candidate begins anew while its voters still write, so with slow disks no election ever ends.',
    swaps: [
      {
        file: 'actors/raft/core/statechart.ts',
        find: `{ guard: 'hasWon', target: 'leader' },
               { guard: 'hasWonPreCampaign', target: 'candidate' },`,
        put: `{ guard: 'hasWonPreCampaign', target: 'candidate' },`,
      },
      {
        file: 'actors/raft/core/election.ts',
        find: 'return event.term > raft.term && canPromise(raft) && !hearsLeader(raft) && isNewEnough(raft, event);',
        put: 'return event.term > raft.term && !hearsLeader(raft) && isNewEnough(raft, event);',
      },
      {
        file: 'actors/raft/core/disk-time.ts',
        find: 'return Math.min(raft.limits.maxPatienceTicks, Math.ceil(2 * raft.slowestSync));',
        put: 'return 0;',
      },
      {
        file: 'actors/raft/core/disk-time.ts',
        find: 'if (canPromise(raft)) raft.elapsed++;',
        put: 'raft.elapsed++;',
      },
    ],
    seeds: 10,
    change: underSlowDisks({
      fault: 'kill the leader',
      diskMs: 1_000,
      faultEveryMs: 12_000,
      maxNewTerms: 2,
      longestDroughtMs: 9_000,
    }),
  },
  {
    name: 'hanging-leader-keeps-the-role',
    harm: 'A leader whose disk hangs keeps everything in memory, and goes on being asked, for as long as it lasts.',
    swaps: [
      {
        file: 'actors/raft/core/statechart.ts',
        find: `{ guard: 'isDiskHanging', target: 'follower' },`,
        put: '',
      },
    ],
    seeds: 10,
    change: underSlowDisks({ fault: 'hang the leader disk', faultEveryMs: 6_000 }),
  },
  {
    name: 'nobody-succeeds-a-dead-leader',
    harm: 'A majority that is well and connected decides nothing, for as long as its leader is away.',
    swaps: [
      {
        file: 'actors/raft/core/statechart.ts',
        find: 'isElectionDue: ({ context }) => context.raft.elapsed >= context.raft.timeout && mayStand(context.raft),',
        put: `isElectionDue: ({ context }) =>
                context.raft.term === 0 && context.raft.elapsed >= context.raft.timeout && mayStand(context.raft),`,
      },
    ],
    seeds: 5,
    change: under(['kill the leader'], { limits: limits({}), diskMs: 3, latencyMs: 2 }),
  },
];
