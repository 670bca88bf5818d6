import type { RaftReplica } from '../../../actors/raft/raft-replica.ts';
import type {
  DiskView,
  EntryView,
  FlightView,
  Moment,
  NodeView,
} from '../../../gateway/page/simulator/protocol.ts';
import type { NodeFigures } from '../../../runtime/figures.ts';
import type { FiguresAnswer } from '../../../runtime/watch-answers.ts';
import { raftOf } from '../raft-of.ts';
import type { SimNode, World } from '../world.ts';
import { commandText, signOf } from './frame.ts';
import type { HeldRun } from './held-run.ts';
import { verdictsOf } from './verdicts.ts';

/** Entries of a log's end that are shown. */
const TAIL = 8;
const MOST_FLIGHTS = 60;

/** Draws the moment at which a run stands, in the shape in which the store at work tells of itself. */
export function pictureOf(run: HeldRun): Moment {
  const world = run.world!;
  const { scheduler, nodes, network, trace } = world;
  return {
    n: run.n,
    at: scheduler.now,
    hash: trace.hash,
    figures: figuresOf(world, run.invariants!.committed),
    nodes: nodes.map((node) => viewOf(node, world)),
    blocked: [...network.weather.blocked],
    flights: run
      .flights()
      .slice(-MOST_FLIGHTS)
      .map((flight) => flightOf(flight, scheduler.now)),
    verdicts: verdictsOf(run),
  };
}

function figuresOf(world: World, committed: number): FiguresAnswer {
  const nodes = world.nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    state: stateOf(node),
    reason: node.process.paused ? 'its process is paused' : undefined,
    figures: node.process.paused || !node.process.alive ? null : ownFigures(node),
    ageMs: 0,
  }));
  const leaders = world.ofKind('catalog').flatMap(({ id, catalog }) => {
    const replica = raftOf(catalog);
    return replica?.role === 'leader' ? [{ id, term: replica.raft.term }] : [];
  });
  const [newest] = leaders.sort((a, b) => b.term - a.term);
  return {
    boot: 'simulated',
    at: Math.round(world.scheduler.now),
    version: committed === 0 ? null : committed,
    leader: newest?.id ?? null,
    rates: null,
    nodes,
  };
}

function stateOf({ process, catalog, order, gateway }: SimNode): FiguresAnswer['nodes'][number]['state'] {
  if (!process.alive) return 'down';
  if (process.paused) return 'unreachable';
  return catalog?.lifecycle.state ?? order?.state ?? gateway?.state ?? 'starting';
}

/** Without what depends on when it was asked before. */
function ownFigures(node: SimNode): NodeFigures | null {
  const own = (node.catalog ?? node.order ?? node.gateway)?.figures();
  if (!own || !node.mesh) return null;
  const sync = own.sync && { batches: 0, operations: 0, lastMs: own.sync.lastMs, maxMs: 0 };
  return { ...own, sync, links: [...node.mesh.links()], rssBytes: 0, lateMs: 0, cpu: 0 };
}

function viewOf(node: SimNode, world: World): NodeView {
  const { rate, offsetMs } = node.skew;
  return {
    id: node.id,
    fault: faultOf(node, world),
    clock: `${((rate - 1) * 100).toFixed(1)} %, ${(offsetMs / 1_000).toFixed(0)} s ahead`,
    disk: node.disk && diskOf(node),
    tail: node.catalog && tailOf(raftOf(node.catalog)!.raft.log),
  };
}

/** What is wrong with it from outside, in a word. */
function faultOf({ id, process, disk, wiped }: SimNode, { network }: World): string | null {
  if (!process.alive) return '☠ killed';
  if (process.paused) return '❚❚ paused';
  if (disk?.failed) return '✕ disk failed';
  if (disk?.hanging) return '◌ disk hangs';
  if (disk?.full) return '▣ disk full';
  const isCut = [...network.weather.blocked].some(
    (way) => way.startsWith(`${id}>`) || way.endsWith(`>${id}`),
  );
  if (isCut) return '✂ cut off';
  return wiped ? '◌ wiped' : null;
}

function diskOf({ disk, wiped }: SimNode): DiskView {
  const { records, failed, hanging, full, latencyMs } = disk!;
  const words = [
    failed && 'failed',
    hanging && 'hangs',
    full && 'full',
    wiped && 'was wiped',
    `writes take ${latencyMs.least.toFixed(1)} to ${latencyMs.most.toFixed(1)} ms`,
  ];
  return { records: records.size, state: words.filter(Boolean).join(', ') };
}

type Log = RaftReplica['raft']['log'];

function tailOf(log: Log): EntryView[] {
  const first = Math.max(log.offset.index + 1, log.lastIndex - TAIL + 1);
  const tail: EntryView[] = [];
  for (let index = first; index <= log.lastIndex; index++) {
    const { term, command } = log.entry(index)!;
    tail.push({ index, term, text: commandText(command as object | null) });
  }
  return tail;
}

function flightOf(
  { from, to, frame, sentAt, arrivesAt }: ReturnType<HeldRun['flights']>[number],
  now: number,
): FlightView {
  const whole = arrivesAt - sentAt;
  const part = whole > 0 ? (now - sentAt) / whole : 1;
  return { from, to, ...signOf(frame), part: Math.round(part * 100) / 100 };
}
