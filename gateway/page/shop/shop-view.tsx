import { useLayoutEffect, useRef } from 'preact/hooks';
import { BookCard } from './book-card.tsx';
import { CartPanel } from './cart-panel.tsx';
import { KeeperPanel } from './keeper.tsx';
import { OrdersPanel } from './orders-panel.tsx';
import { found, isLoading, MOST_BOOKS, moreAfter, searchAsked, shelf, topicCounts, wanted } from './shelf.ts';

/** Cards that are drawn at once; more come by a button. */
const SHOWN = 120;

/** The shop: the shelf, the cart, the orders, and the keeper's corner. */
export function ShopView() {
  return (
    <div class="shop">
      <section class="shelf" aria-labelledby="shelf">
        <header>
          <h1 id="shelf">Shop</h1>
          <SearchFields />
        </header>
        <p class="quiet count" role="status">
          {isLoading.value ? 'Reading the shelf…' : `${found.value.length} of ${shelf.value.length} books`}
          {moreAfter.value !== null && `; the shelf has more than the ${MOST_BOOKS} that fit on this page`}
        </p>
        {!isLoading.value && shelf.value.length === 0 ? (
          <p class="empty">
            The shelf is empty. Put books in with <code>npm run bazar -- import books.csv</code>.
          </p>
        ) : found.value.length === 0 && !isLoading.value ? (
          <p class="empty">No book fits these words.</p>
        ) : (
          <ul class="books" aria-label="Books">
            {found.value.slice(0, SHOWN).map((book) => (
              <BookCard key={book.peek().id} book={book} />
            ))}
          </ul>
        )}
        {found.value.length > SHOWN && (
          <p class="quiet">The first {SHOWN} are shown; search to see others.</p>
        )}
      </section>
      <aside class="counter" aria-label="Cart and orders">
        <CartPanel />
        <OrdersPanel />
        <KeeperPanel />
      </aside>
    </div>
  );
}

function SearchFields() {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (searchAsked.value) field.current?.focus();
    searchAsked.value = false;
  }, [searchAsked.value]);
  return (
    <search>
      <label for="search" class="for-ears">
        Search the shelf
      </label>
      <input
        ref={field}
        id="search"
        type="search"
        placeholder="Title, author, topic, number…"
        maxLength={200}
        value={wanted.value.text}
        onInput={({ currentTarget }) => {
          wanted.value = { ...wanted.value, text: currentTarget.value };
        }}
      />
      <fieldset class="chips">
        <legend class="for-ears">Topics</legend>
        {topicCounts.value.map(([topic, count]) => (
          <button
            key={topic}
            type="button"
            class="chip"
            aria-pressed={wanted.value.topic === topic}
            onClick={() => {
              wanted.value = { ...wanted.value, topic: wanted.value.topic === topic ? '' : topic };
            }}
          >
            <bdi>{topic}</bdi> <span class="quiet">{count}</span>
          </button>
        ))}
      </fieldset>
    </search>
  );
}
