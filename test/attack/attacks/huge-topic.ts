import { ask, tally } from '../ask.ts';
import { type StoreAttack, scaled } from '../attack.ts';
import { addBooks } from '../goods.ts';
import { expects, leadsAgain, memoryBounded, noneEnded, sellsAfterwards, staysInTerm } from '../rules.ts';

const BOOKS = 100_000;
/** So long that 20,000 of them are more than a frame between processes. */
const TITLE_LENGTH = 450;
const SEARCHES = 30;
const FIRST_BOOK = 1_000_000;

export const hugeTopic: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'huge-topic',
  harm: 'A topic of very many books cannot be searched, and 30 searches at once cost the leader its role.',
  needs: {},
  async prepare(store, intensity) {
    const count = scaled(intensity, BOOKS, 20_000);
    await addBooks(store, { firstId: FIRST_BOOK, count, topic: 'huge', titleLength: TITLE_LENGTH });
  },
  async run(store) {
    const plain = await ask(`${store.url}/search/huge`);
    const strong = await ask(`${store.url}/search/huge?consistency=strong`);
    const together = await Promise.all(
      Array.from({ length: SEARCHES }, (_, index) =>
        ask(`${store.url}/search/huge${index % 2 ? '?consistency=strong' : ''}`, { heedless: true }),
      ),
    );
    const found = (JSON.parse(plain.status === 200 ? plain.text : '[]') as unknown[]).length;
    return { plain: plain.status, strong: strong.status, found, ...tally(together) };
  },
  verdict: (measured) => [
    ...expects(measured, 'plain', 200),
    ...expects(measured, 'strong', 200),
    ...noneEnded(measured),
    ...leadsAgain(measured),
    ...memoryBounded(measured),
    ...sellsAfterwards(measured),
  ],
  pace: staysInTerm,
};
