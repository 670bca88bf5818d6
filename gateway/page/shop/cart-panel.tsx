import { useSignal } from '@preact/signals';
import { formatPrice } from '../format.ts';
import { socketState } from '../store-socket.ts';
import { cartLines, cartTotal, emptyCart, MOST_COPIES, setCopies } from './cart.ts';
import { buyLines } from './purchases.ts';

/** The cart: all of its lines or none. */
export function CartPanel() {
  const isBuying = useSignal(false);
  const lines = cartLines.value;

  async function buyAll(): Promise<void> {
    isBuying.value = true;
    const { state } = await buyLines(lines);
    isBuying.value = false;
    if (state === 'confirmed') emptyCart();
  }

  return (
    <section class="panel cart" aria-labelledby="cart">
      <header>
        <h2 id="cart">Cart</h2>
        {lines.length > 0 && (
          <button type="button" class="plain" onClick={emptyCart}>
            Empty it
          </button>
        )}
      </header>
      {lines.length === 0 ? (
        <p class="empty">Nothing in it yet. What is bought by one cart is bought all or not at all.</p>
      ) : (
        <>
          <ul class="lines">
            {lines.map(({ id, title, price, quantity }) => (
              <li key={id}>
                <bdi>{title}</bdi>
                <span class="price">{price ?? '–'}</span>
                <input
                  type="number"
                  min="0"
                  max={MOST_COPIES}
                  value={quantity}
                  aria-label={`Copies of ${title}`}
                  onChange={({ currentTarget }) => setCopies(id, Number(currentTarget.value))}
                />
              </li>
            ))}
          </ul>
          <p class="total">
            <span>Together</span> <b class="price">{formatPrice(cartTotal.value, lines[0]?.currency)}</b>
          </p>
          <button
            type="button"
            class="primary wide"
            disabled={isBuying.value || socketState.value.kind !== 'live'}
            onClick={() => void buyAll()}
          >
            {isBuying.value ? 'Buying…' : 'Buy all of it'}
          </button>
        </>
      )}
    </section>
  );
}
