import { useSignal, useSignalEffect } from '@preact/signals';
import type { OrderAnswer } from '../../../runtime/api.ts';
import { formatCount, formatMs, formatPrice } from '../format.ts';
import { addressOf, goTo, queryOf } from '../route.ts';
import { type CallFailure, call, socketState } from '../store-socket.ts';
import { TraceNext } from '../trace-next.tsx';
import { askAgain, type PagePurchase, purchases } from './purchases.ts';
import { sayFailure } from './say-failure.ts';

/** The purchases of this page, and any order by its id. */
export function OrdersPanel() {
  return (
    <section class="panel orders" aria-labelledby="orders">
      <header>
        <h2 id="orders">Orders</h2>
        <TraceNext />
      </header>
      <OrderLookUp />
      {purchases.value.length === 0 && <p class="empty">What you buy here is listed here.</p>}
      <ol class="purchases" aria-live="polite" aria-label="Your purchases">
        {purchases.value.map((purchase) => (
          <PurchaseItem key={purchase.orderId} purchase={purchase} />
        ))}
      </ol>
    </section>
  );
}

const WORDS: Readonly<Record<PagePurchase['state'], readonly [shape: string, word: string, tone: string]>> = {
  waiting: ['◐', 'on its way', 'warn'],
  confirmed: ['●', 'bought', 'good'],
  refused: ['✕', 'refused', 'bad'],
  unknown: ['▽', 'not known', 'warn'],
  none: ['✕', 'did not happen', 'bad'],
};

function PurchaseItem({ purchase }: { purchase: PagePurchase }) {
  const { orderId, lines, state, order, failure, tookMs, isTraced } = purchase;
  const [shape, word, tone] = WORDS[state];
  const what = lines.map(({ title, quantity }) => `${quantity} × ${title}`).join(', ');
  return (
    <li class={state}>
      <p>
        <span class={`sign ${tone}`}>
          <span aria-hidden="true">{shape}</span> {word}
        </span>{' '}
        <bdi>{what}</bdi>
      </p>
      {order && (
        <p class="quiet">
          {order.total} · version {formatCount(order.version)}
          {tookMs !== undefined && ` · ${formatMs(tookMs)}`}
          {order.via && ` · through ${order.via.join(' and ')}`}
          {order.replayed && ' · it had been bought already'}
        </p>
      )}
      {failure && <p class="fault">{sayFailure(failure)}</p>}
      {state === 'unknown' && !failure && (
        <p class="fault">
          The page was loaded anew before the answer came. Ask again; it cannot be bought twice.
        </p>
      )}
      <p class="fine">
        <a href={`#/shop?order=${encodeURIComponent(orderId)}`}>{orderId}</a>
        {isTraced && state !== 'waiting' && (
          <>
            {' · '}
            <a href={addressOf('request', orderId)}>where the time went</a>
          </>
        )}
      </p>
      {(state === 'unknown' || (state === 'none' && failure)) && (
        <button
          type="button"
          disabled={socketState.value.kind !== 'live'}
          onClick={() => void askAgain(purchase)}
        >
          {state === 'unknown' ? 'Ask again' : 'Try again'}
          <span class="for-ears"> (the same order {orderId})</span>
        </button>
      )}
    </li>
  );
}

function OrderLookUp() {
  const text = useSignal(queryOf('order') ?? '');
  const found = useSignal<OrderAnswer | null>(null);
  const fault = useSignal('');

  useSignalEffect(() => {
    const orderId = queryOf('order');
    const isLive = socketState.value.kind === 'live';
    if (orderId === null) {
      found.value = null;
      fault.value = '';
    } else if (isLive) {
      text.value = orderId;
      void look(orderId);
    }
  });

  async function look(orderId: string): Promise<void> {
    fault.value = '';
    try {
      found.value = await call<OrderAnswer>('order', { orderId });
    } catch (thrown) {
      found.value = null;
      fault.value = sayFailure(thrown as CallFailure);
    }
  }

  function submit(event: Event): void {
    event.preventDefault();
    const orderId = text.value.trim();
    if (orderId === '') return;
    if (queryOf('order') === orderId) void look(orderId);
    else goTo('shop', { order: orderId });
  }

  return (
    <form onSubmit={submit}>
      <label for="order-id">Order id</label>
      <div class="together">
        <input
          id="order-id"
          value={text.value}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <button type="submit">Look up</button>
      </div>
      <p class="fault" role="alert">
        {fault.value}
      </p>
      {found.value && <OrderFacts order={found.value} />}
    </form>
  );
}

const STATES: Readonly<Record<OrderAnswer['status'], readonly [shape: string, word: string, tone: string]>> =
  {
    confirmed: ['●', 'bought', 'good'],
    refused: ['✕', 'refused', 'bad'],
    held: ['◐', 'held', 'warn'],
    released: ['✕', 'released', 'bad'],
    expired: ['✕', 'its time is over', 'bad'],
    'partly-cancelled': ['◐', 'bought, and a part of it cancelled', 'warn'],
    cancelled: ['✕', 'cancelled', 'bad'],
  };

function OrderFacts({ order }: { order: OrderAnswer }) {
  const [shape, word, tone] = STATES[order.status];
  return (
    <dl class="order-facts" aria-label={`Order ${order.orderId}`}>
      <dt>state</dt>
      <dd>
        <span class={`sign ${tone}`}>
          <span aria-hidden="true">{shape}</span> {order.code ? `${word}: ${order.code}` : word}
        </span>
      </dd>
      {order.lines.map(({ id, title, quantity, price, cancelled }) => (
        <>
          <dt key={`t${id}`}>book {id}</dt>
          <dd key={`d${id}`}>
            {quantity} × <bdi>{title}</bdi> at {price}
            {cancelled !== undefined && `, ${cancelled} cancelled`}
          </dd>
        </>
      ))}
      <dt>total</dt>
      <dd>{formatPrice(order.total, order.currency)}</dd>
      {order.refunded !== undefined && (
        <>
          <dt>given back</dt>
          <dd>{formatPrice(order.refunded, order.currency)}</dd>
        </>
      )}
      {order.payment !== undefined && (
        <>
          <dt>payment</dt>
          <dd>{order.payment}</dd>
        </>
      )}
      <dt>version</dt>
      <dd>{formatCount(order.version)}</dd>
      <dt>decided</dt>
      <dd>{new Date(order.at).toLocaleString()}</dd>
    </dl>
  );
}
