import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { GreetingError, greetAsAcceptor, greetAsDialler } from '../../runtime/links/greeting.ts';
import type { NodeKind, Peer } from '../../runtime/links/mesh.ts';
import { meshCluster } from '../support/memory-cluster.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

const test = suite('a link');

/** What a frame is turned into on its way, made from the frame itself by a seed of its own. */
const harms = fc.record({
  /** Which of the frames that come next is harmed. */
  after: fc.nat(4),
  how: fc.constantFrom('structure', 'text', 'junk', 'twice', 'lost'),
  junk: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('[]', '[[]]', '[{"type":"ping"}]', ''),
  ),
  seed: fc.nat(),
});
type Harm = typeof harms extends fc.Arbitrary<infer T> ? T : never;

function harmed(frame: string, { how, junk, seed }: Harm): string[] {
  const one = (texts: fc.Arbitrary<string>) => fc.sample(texts, { seed, numRuns: 1 });
  if (how === 'lost') return [];
  if (how === 'twice') return [frame, frame];
  if (how === 'junk') return [junk];
  return one(how === 'text' ? mutatedText(fc.constant(frame)) : mutatedJson(fc.constant(JSON.parse(frame))));
}

test('that carries harmed frames gives its node nothing invalid, is closed where it must be, and comes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(harms, { minLength: 1, maxLength: 4 }), async (plan) => {
      const cluster = meshCluster();
      const { clock, network } = cluster;
      const nodes = await cluster.openAll('catalog-1', 'catalog-2', 'order-1');
      const [one, two, order] = [nodes['catalog-1'], nodes['catalog-2'], nodes['order-1']];
      const heard: number[] = [];
      for (const node of [one, two]) {
        node.onTell('raft.voted', ({ term }) => void heard.push(term));
        node.onAsk('read.index', ({ forwarded }) => ({ index: forwarded ? 1 : 0 }));
      }
      // Only frames between the two catalogs are harmed; they are known by what is in them.
      const left = [...plan];
      let frames = 0;
      network.onTheWay = (frame) => {
        const [next] = left;
        if (!next || !/"(raft|read)\./.test(frame) || frames++ < next.after) return [frame];
        left.shift();
        frames = 0;
        return harmed(frame, next);
      };
      for (let round = 0; round < 12; round++) {
        one.tell('catalog-2', 'raft.voted', { term: round, campaign: round, pre: false, granted: true });
        const answers = [one.ask('catalog-2', 'read.index', { forwarded: true }, 300)];
        answers.push(two.ask('catalog-1', 'read.index', { forwarded: true }, 300));
        const settled = Promise.allSettled(answers);
        await clock.elapse(400);
        for (const answer of await settled) {
          if (answer.status === 'fulfilled') assert.ok(Number.isSafeInteger(answer.value.index));
        }
      }
      network.onTheWay = (frame) => [frame];
      await clock.elapse(2 * DEFAULT_LIMITS.backoffCapMs);
      for (const term of heard) assert.ok(Number.isSafeInteger(term) && term >= 0);
      // The link is there again, and no other was touched.
      const last = one.ask('catalog-2', 'read.index', { forwarded: true }, 300);
      await clock.elapse(100);
      assert.equal(await last, { index: 1 });
      assert.equal(
        order.linkEvents.filter((event) => event.startsWith('closed')),
        [],
      );
      await Promise.all([one.close(), two.close(), order.close()]);
    }),
    rounds(60),
  );
});

test('that is greeted with harmed frames opens for nobody but whom it greets, and opens once they come unharmed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(harms, { minLength: 1, maxLength: 4 }), async (plan) => {
      const cluster = meshCluster();
      const { clock, network } = cluster;
      const catalog = await cluster.open('catalog-1');
      const order = await cluster.open('order-1');
      const left = [...plan];
      let frames = 0;
      network.onTheWay = (frame) => {
        const [next] = left;
        if (!next || (!frame.includes('"proof"') && !frame.includes('"hello"'))) return [frame];
        if (frames++ < next.after % 3) return [frame];
        left.shift();
        frames = 0;
        return harmed(frame, next);
      };
      cluster.link(catalog, order);
      await clock.elapse(20_000);
      network.onTheWay = (frame) => [frame];
      await clock.elapse(2 * (DEFAULT_LIMITS.backoffCapMs + DEFAULT_LIMITS.greetingTimeoutMs));
      for (const event of catalog.linkEvents) assert.match(event, /^(opened|closed) order-1$/);
      for (const event of order.linkEvents) assert.match(event, /^(opened|closed) catalog-1$/);
      assert.is(catalog.peer('order-1')?.incarnation, 'order-1 at first');
      assert.is(order.peer('catalog-1')?.incarnation, 'catalog-1 at first');
      await Promise.all([catalog.close(), order.close()]);
    }),
    rounds(60),
  );
});

function peer(id: string, kind: NodeKind): Peer {
  return { id, kind, incarnation: `of ${id}` };
}

test('refuses every greeting frame that is not exactly the one that was sent, with a GreetingError', () => {
  const common = { cluster: 'bookshop', secret: 'sesame', expects: () => true };
  const dialling = { ...common, self: peer('order-1', 'order'), nonce: 'of the dialler' };
  const accepting = { ...common, self: peer('catalog-1', 'catalog'), nonce: 'of the acceptor' };
  const which = fc.constantFrom('hello', 'welcome', 'proof');

  fc.assert(
    fc.property(which, harms, (name, harm) => {
      const [dialler, acceptor] = [greetAsDialler(dialling), greetAsAcceptor(accepting)];
      const pass = (frame: string, at: string) => (at === name ? (harmed(frame, harm)[0] ?? '') : frame);
      try {
        const hello = pass(dialler.first!, 'hello');
        const welcome = pass(acceptor.receive(hello).send!, 'welcome');
        const step = dialler.receive(welcome);
        const end = acceptor.receive(pass(step.send!, 'proof'));
        // What got through said nothing else than what was sent.
        assert.equal([step.peer, end.peer], [accepting.self, dialling.self]);
      } catch (error) {
        assert.instance(error, GreetingError);
      }
    }),
    rounds(3_000),
  );
});

test.run();
