import type { OrderAnswer } from '../../../runtime/api.ts';
import type { LabAction } from '../../../runtime/lab.ts';
import type { FiguresAnswer, WatchedNodeAnswer } from '../../../runtime/watch-answers.ts';
import { browserClock, randomName } from '../browser-clock.ts';
import { type CallFailure, call } from '../store-socket.ts';
import { picture } from '../watched-store.ts';
import { askLab } from './lab-state.ts';
import { pause, startSteadyBuyer } from './steady-buyer.ts';

/** What the lab can do, what should come of it, and how that is measured. */

export interface Check {
  readonly text: string;
  readonly ok: boolean;
}

export interface Card {
  readonly name: string;
  readonly title: string;
  /** What will be done. */
  readonly does: string;
  /** What should happen. */
  readonly expects: string;
  /** Does it, and says what happened. */
  run(): Promise<readonly Check[]>;
}

const FAULT_MS = 5_000;
/** A purchase of the leader's that is on its way waits for an election, and no longer. */
const ELECTION_MS = 1_500;
const SETTLE_MS = 20_000;
const LOOK_MS = 100;
const PLENTY = 100_000;

/** A fault beside a steady buyer, until the store is whole again. */
function fault(
  card: Omit<Card, 'run'> & {
    readonly action: (figures: FiguresAnswer) => LabAction;
    readonly longestMs: number;
  },
): Card {
  return {
    ...card,
    async run() {
      const figures = seen();
      const action = card.action(figures);
      const buyer = startSteadyBuyer(await plentifulBook());
      await pause(1_000);
      const began = browserClock.monotonic();
      const { text = '' } = await askLab(action);
      await pause('forMs' in action ? action.forMs : 1_000);
      const isWhole = await within(SETTLE_MS, () => seen().nodes.every(({ state }) => state === 'ready'));
      const tookMs = browserClock.monotonic() - began;
      const { bought, open, longestMs } = await buyer.stop();
      return [
        { text, ok: true },
        {
          text: `${bought} copies were bought meanwhile, ${open} orders are open: none is lost.`,
          ok: open === 0,
        },
        {
          text: `The longest purchase took ${longestMs} ms; ${card.longestMs} ms were promised.`,
          ok: longestMs <= card.longestMs,
        },
        {
          text: isWhole
            ? `All processes are ready ${(tookMs / 1000).toFixed(1)} s after it.`
            : 'Not all processes are ready again.',
          ok: isWhole,
        },
      ];
    },
  };
}

export const CARDS: readonly Card[] = [
  fault({
    name: 'kill-leader',
    title: 'Kill the leader',
    does: 'The catalog that leads is ended at once (SIGKILL). It is started again by itself.',
    expects: 'Another one is elected; no purchase waits longer than 1.5 s, and none is lost.',
    longestMs: ELECTION_MS,
    action: ({ nodes }) => ({ do: 'kill', node: leaderOf(nodes) }),
  }),
  fault({
    name: 'kill-follower',
    title: 'Kill a follower',
    does: 'A catalog that follows is ended at once.',
    expects: 'Two of three are a majority: purchases hardly notice.',
    longestMs: ELECTION_MS,
    action: ({ nodes }) => ({ do: 'kill', node: followerOf(nodes) }),
  }),
  fault({
    name: 'pause-leader',
    title: 'Pause the leader for 5 s',
    does: 'The leading process is stopped (SIGSTOP) and goes on 5 s later, believing that it still leads.',
    expects:
      'The others elect one of themselves; the old leader finds that out before it decides anything more.',
    longestMs: ELECTION_MS,
    action: ({ nodes }) => ({ do: 'pause', node: leaderOf(nodes), forMs: FAULT_MS }),
  }),
  fault({
    name: 'cut-leader',
    title: 'Cut the leader off for 5 s',
    does: 'Nothing passes between the leader and all others.',
    expects: 'It gives the lead up for want of a majority; purchases go on with its successor.',
    longestMs: 2 * ELECTION_MS,
    action: ({ nodes }) => ({ do: 'cut', node: leaderOf(nodes), forMs: FAULT_MS }),
  }),
  fault({
    name: 'cut-leader-one-way',
    title: 'The leader hears nothing for 5 s',
    does: 'What the leader sends arrives; what is sent to it does not.',
    expects: 'A leader that hears no majority gives up, although its own messages arrive.',
    longestMs: 2 * ELECTION_MS,
    action: ({ nodes }) => ({ do: 'cut', node: leaderOf(nodes), way: 'in', forMs: FAULT_MS }),
  }),
  fault({
    name: 'wipe-follower',
    title: 'Wipe a disk',
    does: 'A catalog that follows is ended, and its folder is removed.',
    expects: 'It comes back with an empty disk, is sent everything, and is equal to the others.',
    longestMs: ELECTION_MS,
    action: ({ nodes }) => ({ do: 'wipe', node: followerOf(nodes) }),
  }),
  fault({
    name: 'slow-disk',
    title: 'A slow disk for 5 s',
    does: "Each sync of one follower's disk takes 500 ms longer.",
    expects: 'A majority has quick disks: purchases stay quick, and nobody is elected.',
    longestMs: 1_000,
    action: ({ nodes }) => ({ do: 'slowDisk', node: followerOf(nodes), syncMs: 500, forMs: FAULT_MS }),
  }),
  fault({
    name: 'pause-cache',
    title: 'Stop Redis for 5 s',
    does: 'The private Redis is stopped; it answers nobody.',
    expects: 'The gateway goes past it; purchases and reads stay right.',
    longestMs: 1_000,
    action: () => ({ do: 'pauseCache', forMs: FAULT_MS }),
  }),
  {
    name: 'last-copy',
    title: 'The last copy: 20 buyers at once',
    does: 'A new book with one copy is put in, and 20 purchases of it are sent at the same moment.',
    expects: 'One buys it, nineteen are told that it is sold out.',
    async run() {
      const id = await addLabBook(1);
      const tries = Array.from({ length: 20 }, () => outcomeOf({ orderId: `lab-${randomName()}`, id }));
      const outcomes = await Promise.all(tries);
      const bought = outcomes.filter((outcome) => outcome === 'bought').length;
      const soldOut = outcomes.filter((outcome) => outcome === 'sold-out').length;
      return [
        { text: `${bought} bought it.`, ok: bought === 1 },
        { text: `${soldOut} were told that it is sold out.`, ok: soldOut === 19 },
      ];
    },
  },
  {
    name: 'same-order',
    title: 'Two pages, one order id',
    does: 'The same order is sent twice at the same moment, as by two pages or an impatient finger.',
    expects: 'One order comes of it: one copy is sold, and both are told the same.',
    async run() {
      const id = await addLabBook(2);
      const orderId = `lab-${randomName()}`;
      const [first, second] = await Promise.all([
        call<OrderAnswer>('purchase', { orderId, id }),
        call<OrderAnswer>('purchase', { orderId, id }),
      ]);
      const { stock } = await call<{ stock: number }>('info', { id, consistency: 'strong' });
      return [
        {
          text: `Both answers are order ${orderId} at version ${first.version}.`,
          ok: first.version === second.version,
        },
        { text: `${2 - stock} copy was sold.`, ok: stock === 1 },
      ];
    },
  },
];

function seen(): FiguresAnswer {
  const { figures } = picture.peek();
  if (!figures) throw refusal('There are no figures of the store yet.');
  return figures;
}

function leaderOf(nodes: readonly WatchedNodeAnswer[]): string {
  const leader = nodes.find(({ figures, state }) => state === 'ready' && figures?.raft?.role === 'leader');
  if (!leader) throw refusal('Nobody leads just now: try again in a moment.');
  return leader.id;
}

function followerOf(nodes: readonly WatchedNodeAnswer[]): string {
  const follower = nodes.find(
    ({ figures, state }) => state === 'ready' && figures?.raft?.role === 'follower',
  );
  if (!follower) throw refusal('Nobody follows: this store has one catalog only, or waits for a leader.');
  return follower.id;
}

/** What is bought meanwhile: a book of the lab's own, so that nothing is taken from the shop. */
async function plentifulBook(): Promise<number> {
  plentiful ??= addLabBook(PLENTY);
  return plentiful.catch((failure) => {
    plentiful = undefined;
    throw failure;
  });
}
let plentiful: Promise<number> | undefined;

async function addLabBook(stock: number): Promise<number> {
  const title = `Lab copy ${randomName()}`;
  const { added } = await call<{ added: number[] }>('addBooks', {
    key: `lab-${randomName()}`,
    books: [{ title, topic: 'the lab', price: '1.00', stock }],
  });
  return added[0]!;
}

async function outcomeOf(params: { orderId: string; id: number }): Promise<string> {
  return call('purchase', params).then(
    () => 'bought',
    (failure: CallFailure) => failure.code,
  );
}

async function within(ms: number, condition: () => boolean): Promise<boolean> {
  const until = browserClock.monotonic() + ms;
  while (!condition() && browserClock.monotonic() < until) await pause(LOOK_MS);
  return condition();
}

function refusal(message: string): CallFailure {
  return { code: 'lab-refused', outcome: 'none', message, data: {} };
}
