import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { eventually } from '../support/eventually.ts';
import { ask, type ProgramKind, type StoreMachine, seesAll, withMachines } from './machines.ts';
import { needsMachines } from './network.ts';

/** Three machines with everything of a machine on each, while people buy through the gateways of all. */

interface Told {
  readonly key: string;
  readonly machine: StoreMachine;
  readonly askedAt: number;
  readonly outcome: 'confirmed' | 'refused' | 'none' | 'unknown';
}

interface Problem {
  readonly outcome?: 'refused' | 'none' | 'unknown';
}

interface OrdersPage {
  readonly orders: readonly { readonly orderId: string; readonly status: string }[];
  readonly next: string | null;
}

interface Audit {
  readonly consistent: boolean;
  readonly catalogs: readonly { readonly state: string; readonly digest?: string }[];
  readonly books: readonly { readonly id: number; readonly sold: number; readonly stock: number }[];
}

const CUT_MS = 5_000;
/** Purchases through one gateway that are looked at through another at once. */
const CARRIED = 20;
const BUYERS = 3;
const THINK_MS = 50;
const PLENTY = 1_000_000;
/** So few that they are sold out before the end. */
const FEW = 60;

/** A few buyers at each gateway, every copy under a key of its own that is used once. */
function openBuyers(machines: readonly StoreMachine[], books: readonly number[]) {
  const told: Told[] = [];
  let leaving = false;
  const live = async (machine: StoreMachine, at: number) => {
    for (let turn = 0; !leaving; turn++) {
      const key = `buyer-${at}-${turn}`;
      const askedAt = performance.now();
      const body = { id: books[turn % books.length] };
      const answer = await ask<Problem>(machine.gateway, 'POST', '/purchase', { body, key }).catch(
        () => undefined,
      );
      const outcome = answer?.status === 201 ? 'confirmed' : (answer?.body.outcome ?? 'unknown');
      told.push({ key, machine, askedAt, outcome });
      await sleep(THINK_MS);
    }
  };
  const lives = Array.from({ length: BUYERS * machines.length }, (_, at) =>
    live(machines[at % machines.length]!, at),
  );
  const soldAt = (machine: StoreMachine, since: number) =>
    told.some((one) => one.machine === machine && one.askedAt > since && one.outcome === 'confirmed');
  return {
    told,
    /** Until a purchase that is asked for from now on has been confirmed through each of these. */
    async sell(through: readonly StoreMachine[]): Promise<number> {
      const since = performance.now();
      await eventually('sales', () => through.every((machine) => soldAt(machine, since)), 60_000);
      return performance.now() - since;
    },
    async leave() {
      leaving = true;
      await Promise.all(lives);
    },
  };
}

/** All that the store knows of now; so a fresh read is asked for first, and its token goes with the pages. */
async function ordersOf(gateway: string, book: number): Promise<Map<string, string>> {
  const { version } = await eventually('a strong read', async () => {
    const answer = await ask(gateway, 'GET', `/info/${book}?consistency=strong`);
    return answer.status === 200 && answer;
  });
  const orders = new Map<string, string>();
  for (let after: string | null = ''; after !== null; ) {
    const path = `/orders?limit=1000&after=${after}`;
    const page: OrdersPage = (await ask<OrdersPage>(gateway, 'GET', path, { version })).body;
    for (const { orderId, status } of page.orders) orders.set(orderId, status);
    after = page.next;
  }
  return orders;
}

/** Everything that was told is kept, as it was told; gives the orders. */
async function assertKept(
  gateway: string,
  told: readonly Told[],
  book: number,
): Promise<Map<string, string>> {
  const before = [...told];
  const orders = await ordersOf(gateway, book);
  const broken = before.filter(({ key, outcome }) => {
    const kept = orders.get(key);
    if (outcome === 'unknown') return false;
    return kept !== (outcome === 'none' ? undefined : outcome);
  });
  assert.equal(broken, [], 'what was told is kept');
  return orders;
}

/** Besides, when nobody buys any more: the catalogs are equal, and the store has not sold a copy twice. */
async function assertTold(gateway: string, told: readonly Told[], few: number): Promise<void> {
  const audit = await eventually('equal catalogs', async () => {
    const { body } = await ask<Audit>(gateway, 'GET', '/audit');
    const isWhole = body.catalogs.every(({ state }) => state === 'present');
    const digests = new Set(body.catalogs.map(({ digest }) => digest));
    return body.consistent && isWhole && digests.size === 1 && body;
  });
  const orders = await assertKept(gateway, told, few);
  const confirmed = [...orders.values()].filter((status) => status === 'confirmed').length;
  const sold = audit.books.reduce((sum, book) => sum + book.sold, 0);
  assert.is(sold, confirmed, 'every copy that was sold has one order');
  const rare = audit.books.find(({ id }) => id === few)!;
  assert.equal([rare.sold, rare.stock], [FEW, 0], 'none too many and none too few');
}

function tellGap(after: string, gapMs: number): void {
  console.log(`\n${after}: the others sold again after ${gapMs.toFixed(0)} ms`);
}

async function findLeader(machines: readonly StoreMachine[]): Promise<StoreMachine> {
  return eventually('a leader of the etcd', async () => {
    const leads = await Promise.all(machines.map((machine) => machine.isEtcdLeader()));
    return machines[leads.indexOf(true)];
  });
}

const name =
  'the machine of the etcd leader is cut off, and is no longer heard, each program is killed alone, a machine is, and all are: nothing is lost or sold twice';
test(
  name,
  needsMachines(name, () =>
    withMachines(async (machines) => {
      const [first, second] = machines as [StoreMachine, StoreMachine];
      const shelve = (stock: number) =>
        eventually('a book', async () => {
          const body = { title: 'A book', topic: 'books', price: '10.00', stock };
          const answer = await ask<{ added: number[] }>(first.gateway, 'POST', '/books', { body });
          return answer.body.added?.[0];
        });
      const [plenty, few, quiet] = [await shelve(PLENTY), await shelve(FEW), await shelve(1)];
      const strongly = `/info/${plenty}?consistency=strong`;

      for (let sold = 1; sold <= CARRIED; sold++) {
        const { version } = await ask(first.gateway, 'POST', '/purchase', { body: { id: plenty } });
        assert.ok(version);
        const elsewhere = await ask<{ stock: number }>(second.gateway, 'GET', `/info/${plenty}`, { version });
        assert.is(
          elsewhere.body.stock,
          PLENTY - sold,
          'another gateway shows what was sold to whoever says so',
        );
      }

      const buyers = openBuyers(machines, [plenty, few]);
      /** The machine of the etcd's leader is apart for a while: the others sell on, and it tells nothing false. */
      const leaderApart = async (how: 'cut' | 'mute') => {
        const lonely = await findLeader(machines);
        const others = machines.filter((machine) => machine !== lonely);
        await lonely[how]();
        const cutAt = performance.now();
        const gapMs = await buyers.sell(others);
        const [strong, purchase, shown] = await Promise.all([
          ask(lonely.gateway, 'GET', strongly),
          ask<Problem>(lonely.gateway, 'POST', '/purchase', { body: { id: plenty }, key: `lonely-${how}` }),
          ask(lonely.gateway, 'GET', `/info/${quiet}`),
        ]);
        assert.is(strong.status, 503, 'a strong read cannot be answered there');
        assert.is(purchase.status, 503, 'nor a purchase');
        assert.ok(['none', 'unknown'].includes(purchase.body.outcome!), purchase.body.outcome);
        assert.is(shown.status, 200, 'what it has is shown');
        await sleep(Math.max(0, cutAt + CUT_MS - performance.now()));
        const uncutAt = performance.now();
        await lonely.heal();
        tellGap(how, gapMs);
        const alone = buyers.told.filter(
          ({ machine, askedAt, outcome }) =>
            machine === lonely &&
            askedAt > cutAt &&
            askedAt < uncutAt - DEFAULT_LIMITS.purchaseDeadlineMs &&
            outcome === 'confirmed',
        );
        assert.equal(alone, [], 'it has promised nothing');
        await buyers.sell(machines);
        await assertKept(second.gateway, buyers.told, plenty);
      };
      /** One program ends alone, and all who can sell without it sell on; it comes back on its disk. */
      const programDies = async (kind: ProgramKind, machine: StoreMachine) => {
        await machine.kill(kind);
        const through = machines.filter((one) => kind !== 'gateway' || one !== machine);
        tellGap(`kill ${kind}`, await buyers.sell(through));
        await machine.start(kind);
        await seesAll(machine.gateway);
        await buyers.sell(machines);
        await assertKept(second.gateway, buyers.told, plenty);
      };
      try {
        await buyers.sell(machines);
        await leaderApart('cut');
        await leaderApart('mute');

        await programDies('etcd', await findLeader(machines));
        for (const kind of ['catalog', 'order', 'gateway'] as const) await programDies(kind, first);

        const dead = second;
        await dead.kill();
        tellGap('kill machine', await buyers.sell(machines.filter((machine) => machine !== dead)));
        await dead.start();
        await seesAll(dead.gateway);
        await buyers.sell(machines);
        await assertKept(first.gateway, buyers.told, plenty);

        await Promise.all(machines.map((machine) => machine.kill()));
        await Promise.all(machines.map((machine) => machine.start()));
        for (const { gateway } of machines) await seesAll(gateway);
        await buyers.sell(machines);
      } finally {
        await buyers.leave();
      }
      await assertTold(second.gateway, buyers.told, few);
    }),
  ),
);

test.run();
