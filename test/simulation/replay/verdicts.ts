import type { Verdict } from '../../../gateway/page/simulator/protocol.ts';
import { raftOf } from '../raft-of.ts';
import type { HeldRun } from './held-run.ts';

/** The judges of a run, each with the violations that are its own: the first whose words they are. */

interface Judge {
  readonly name: string;
  readonly breaks: RegExp;
  /** What it has looked at so far; a judge that looks at the end alone says so. */
  readonly looked: (run: HeldRun) => string;
  readonly isAtEnd?: true;
}

const JUDGES: readonly Judge[] = [
  {
    name: 'one leader a term',
    breaks: /two leaders|by votes that|went back to term|leader changed|new terms|leads with a disk/,
    looked: ({ invariants }) => `${invariants!.leaders.size} terms`,
  },
  {
    name: 'logs match',
    breaks: /has another entry|of an earlier term by counting|takes entry/,
    looked: ({ world }) => `${longest(world)} entries`,
  },
  {
    name: 'committed stays, on a majority',
    breaks: /has committed|is committed, but|took its commit|without the committed/,
    looked: ({ invariants }) => `${invariants!.committed} entries`,
  },
  {
    name: 'replicas equal',
    breaks: /differ at applied|has applied another|went back to applied|does not catch up|entries behind/,
    looked: ({ world }) => `${world!.ofKind('catalog').length} catalogs`,
  },
  {
    name: 'books balance',
    breaks: /but stock/,
    looked: ({ world }) => `${world!.plan.books} books`,
  },
  {
    name: 'reads are fresh',
    breaks: /shows version|does not find|knows order|lists|told version/,
    looked: ({ workload }) => `${workload!.history.filter(({ kind }) => kind === 'read').length} reads`,
  },
  {
    name: 'purchases are decided',
    breaks: /decided|no purchase|gets no answers|get no answers|come to an end|does not open/,
    looked: ({ workload }) => `${workload!.history.filter(({ kind }) => kind === 'purchase').length} answers`,
    isAtEnd: true,
  },
  {
    name: 'linearizable',
    breaks: /linearizable|breaks "/,
    looked: ({ workload }) => `${workload!.operations} operations`,
    isAtEnd: true,
  },
  {
    name: 'no process gives up',
    breaks: /./,
    looked: ({ world }) => `${world!.nodes.length} processes`,
  },
];

export function verdictsOf(run: HeldRun): Verdict[] {
  const failure = run.outcome?.failure;
  const broken = failure === undefined ? undefined : judgeOf(failure);
  return JUDGES.map(({ name, looked, isAtEnd }): Verdict => {
    if (name === broken) return { name, state: 'broken', says: firstLine(failure!) };
    if (isAtEnd && !run.outcome) return { name, state: 'open', says: `judged at the end: ${looked(run)}` };
    return { name, state: isAtEnd && failure !== undefined ? 'open' : 'held', says: looked(run) };
  });
}

export function judgeOf(failure: string): string {
  return JUDGES.find(({ breaks }) => breaks.test(failure))!.name;
}

const firstLine = (text: string) => text.split('\n', 1)[0]!;

function longest(world: HeldRun['world']): number {
  const ends = world!.ofKind('catalog').flatMap(({ catalog }) => raftOf(catalog)?.raft.log.lastIndex ?? []);
  return Math.max(0, ...ends);
}
