import { type Signal, useSignal } from '@preact/signals';
import { formatCount, formatMs, formatPrice } from '../format.ts';
import { socketState } from '../store-socket.ts';
import { addCopy, cart } from './cart.ts';
import { KeeperForm, role } from './keeper.tsx';
import { buyLines } from './purchases.ts';
import type { ShelfBook } from './shelf.ts';

/** Eight covers; which one is told by the topic. */
const COVERS = 8;

function coverOf(topic: string): number {
  let sum = 7;
  for (const letter of topic) sum = (sum * 31 + letter.codePointAt(0)!) % 9_973;
  return sum % COVERS;
}

/** One book: its cover, its price and its stock as it is now. */
export function BookCard({ book }: { book: Signal<ShelfBook> }) {
  const { id, title, topic, price, currency, stock, version, authors, year, lagMs, changes } = book.value;
  const isBuying = useSignal(false);
  const isOut = stock === 0;
  const cannot = isOut || isBuying.value || socketState.value.kind !== 'live';

  async function buyOne(): Promise<void> {
    isBuying.value = true;
    await buyLines([{ id, quantity: 1, price, title }]);
    isBuying.value = false;
  }

  return (
    <li class="book">
      <div class={`cover cover-${coverOf(topic)}`} aria-hidden="true">
        <span class="cover-topic">{topic}</span>
        <bdi class="cover-title">{title}</bdi>
        <span class="cover-authors">{authors ?? ''}</span>
      </div>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <p class="quiet about">
        <bdi>{[authors, year].filter(Boolean).join(', ') || topic}</bdi>
      </p>
      <p class="offer">
        <span class="price">{formatPrice(price, currency)}</span>
        <span
          key={changes}
          class={`stock ${isOut ? 'bad' : stock < 4 ? 'warn' : 'good'} ${changes ? 'changed' : ''}`}
        >
          <span aria-hidden="true">{isOut ? '✕' : stock < 4 ? '◐' : '●'}</span>{' '}
          {isOut ? 'sold out' : `${formatCount(stock)} in stock`}
        </span>
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={cannot} onClick={() => void buyOne()}>
          {isBuying.value ? 'Buying…' : 'Buy'}
          <span class="for-ears"> one copy of {title}</span>
        </button>
        <button type="button" disabled={isOut} onClick={() => addCopy(id)}>
          Add to cart{cart.value.has(id) ? ` (${cart.value.get(id)})` : ''}
          <span class="for-ears"> {title}</span>
        </button>
      </div>
      <p class="quiet fine">
        no. {id} · version {formatCount(version)}
        {lagMs !== null && ` · shown ${formatMs(lagMs)} after its commit`}
      </p>
      {role.value === 'admin' && <KeeperForm id={id} title={title} />}
    </li>
  );
}
