import type { Mutant } from './mutant.ts';
import { followersReturn, under } from './plans.ts';

/** Bugs in who votes for whom and when. */
export const ELECTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'vote-answered-before-durable',
    harm: 'A voter that crashes has forgotten its vote and gives another one in the same term.',
    swaps: [
      {
        file: 'actors/replica/host.ts',
        find: 'batches.afterSync(() => mesh.tell(to, message.type, message.body));',
        put: `if (message.type === 'raft.voted') mesh.tell(to, message.type, message.body);
              else batches.afterSync(() => mesh.tell(to, message.type, message.body));`,
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
        file: 'actors/replica/election.ts',
        find: `if (event.granted && event.pre === pre && event.campaign === campaign) raft.votes.add(event.from);`,
        put: `if (event.granted && event.pre === pre && event.campaign === campaign) {
          raft.votes.add(\`\${event.from}, vote \${raft.votes.size}\`);
        }`,
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
        file: 'actors/replica/machine.ts',
        find: `return !event.pre && event.term > context.raft.term && !hearsLeader(context.raft);`,
        put: `return !event.pre && event.term > context.raft.term;`,
      },
      {
        file: 'actors/replica/machine.ts',
        find: `'clock.ticked': [{ guard: 'isElectionDue', target: 'preCandidate' }, { actions: 'countTick' }],
               'append.received': { guard: 'isSameTerm', actions: ['heedLeader', 'acceptAppend'] },`,
        put: `'clock.ticked': [{ guard: 'isElectionDue', target: 'candidate' }, { actions: 'countTick' }],
              'append.received': { guard: 'isSameTerm', actions: ['heedLeader', 'acceptAppend'] },`,
      },
      {
        file: 'actors/replica/machine.ts',
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
    swaps: [{ file: 'actors/catalog/disk.ts', find: 'wiped: known.recovering,', put: 'wiped: false,' }],
    seeds: 20,
    change: under(['wipe a disk', 'cut off the leader'], { diskMs: 20, faultEveryMs: 500 }),
  },
];
