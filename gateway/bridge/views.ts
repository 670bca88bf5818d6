import type {
  BookAnswer,
  BookEventAnswer,
  BooksAnswer,
  CancelledAnswer,
  HistoryAnswer,
  OrderAnswer,
  OrdersAnswer,
  StatusAnswer,
  StockAnswer,
} from '../../runtime/api.ts';
import type { StoreChange } from '../../runtime/changes.ts';
import type {
  Book,
  BookChange,
  BookEvent,
  BookId,
  Cancellation,
  Order,
  Result,
} from '../../runtime/domain.ts';
import type { EventAnswer } from '../../runtime/event-answers.ts';
import { type Currency, formatMoney } from '../../runtime/money.ts';
import type { BooksPage, OrdersPage } from '../service.ts';

/** The inside's shapes as the outside sees them (`runtime/api.ts`), amounts in the store's currency. */
export interface Views {
  amount(cents: number): string;
  readonly money: StatusAnswer['money'];
  book(book: Book): BookAnswer;
  books(page: BooksPage): BooksAnswer;
  /** `named`: for somebody who may see whose it is. */
  order(order: Order, named?: 'named'): OrderAnswer;
  orders(page: OrdersPage): OrdersAnswer;
  stock(change: BookChange): StockAnswer;
  history(id: BookId, events: readonly BookEvent[], next: number | null): HistoryAnswer;
  /** An event but for its place. */
  change(change: StoreChange): Told<EventAnswer>;
  cancelled(cancellation: Cancellation, version: number): CancelledAnswer;
  /** What a command came to that was decided with yes. */
  result(result: Result): object;
}

/** Of each type of event, since what is left out of all at once is left out of what they have in common. */
type Told<Event> = Event extends unknown ? Omit<Event, 'id'> : never;

/** What a change has made of a book, in a word. */
function whatBecame({ changes }: BookEventAnswer): 'changed' | 'retired' | 'restored' {
  const retired = changes.find(({ fact }) => fact === 'retired');
  if (!retired) return 'changed';
  return retired.to ? 'retired' : 'restored';
}

/** Seconds whose text is kept: mostly it is asked for of now, and of what ends some minutes later. */
const KEPT_SECONDS = 16;
const secondTexts = new Map<number, string>();

/** A time in ms as RFC 3339 has it. */
export function timeText(ms: number): string {
  const second = Math.floor(ms / 1_000);
  let text = secondTexts.get(second);
  if (text === undefined) {
    text = new Date(second * 1_000).toISOString().slice(0, -4);
    if (secondTexts.size >= KEPT_SECONDS) secondTexts.clear();
    secondTexts.set(second, text);
  }
  return `${text}${String(ms - second * 1_000).padStart(3, '0')}Z`;
}

export function createViews({ code: currency, decimals }: Currency): Views {
  const amount = (cents: number) => formatMoney(cents, decimals);

  function bookEvent({ at, changes, ...event }: BookEvent): BookEventAnswer {
    const view = (fact: string, value: BookEvent['changes'][number]['from']) =>
      fact === 'price' && typeof value === 'number' ? amount(value) : value;
    return {
      ...event,
      at: timeText(at),
      changes: changes.map(({ fact, from, to }) => ({ fact, from: view(fact, from), to: view(fact, to) })),
    };
  }

  const views: Views = {
    amount,
    money: { currency, decimals },

    book({ id, title, topic, price, stock, held = 0, version, authors, year, isbn, retired, perCustomer }) {
      const worth = { price: amount(price), currency };
      const facts = { id, title, topic, ...worth, stock, held, version, authors, year, isbn, retired };
      return perCustomer === undefined ? facts : { ...facts, perCustomer };
    },

    books: ({ books, next }) => ({ books: books.map(views.book), next }),

    order(order, named) {
      const { orderId, status, lines, total, version, at, code, bookId } = order;
      const { expiresAt, refunded, payment, customer, events } = order;
      return {
        orderId,
        status,
        lines: lines.map((line) => ({ ...line, price: amount(line.price) })),
        total: amount(total),
        currency,
        version,
        at: timeText(at),
        code,
        bookId,
        expiresAt: expiresAt === undefined ? undefined : timeText(expiresAt),
        refunded: refunded === undefined ? undefined : amount(refunded),
        payment,
        customer: named && customer,
        events: events?.map(({ refund, ...event }) => {
          const view = { ...event, at: timeText(event.at) };
          return refund === undefined ? view : { ...view, refund: amount(refund) };
        }),
      };
    },

    orders: ({ orders, next }) => ({ orders: orders.map((order) => views.order(order, 'named')), next }),

    cancelled: ({ refund, refunded, at, ...cancellation }, version) => ({
      ...cancellation,
      refund: amount(refund),
      refunded: amount(refunded),
      currency,
      version,
      at: timeText(at),
    }),

    stock({ id, stock, price, version, topic, formerTopics, retired, at }) {
      const view = { id, stock, price: amount(price), currency, version };
      const words = formerTopics === undefined ? view : { ...view, topic, retired };
      return at === undefined ? words : { ...words, at: timeText(at) };
    },

    history: (id, events, next) => ({ id, events: events.map(bookEvent), next }),

    change(change) {
      const { type, version } = change;
      switch (type) {
        case 'order': {
          const { what } = change;
          const order = views.order(change.order, 'named');
          const at = order.events?.find((event) => event.version === version)?.at ?? order.at;
          return { type, version, at, what, order };
        }
        case 'book': {
          const [event, book] = [change.event && bookEvent(change.event), views.book(change.book)];
          if (!event) return { type, version, what: 'added', book };
          return { type, version, at: event.at, what: whatBecame(event), change: event, book };
        }
        case 'stock': {
          const { id, stock, price } = change.book;
          return { type, version, book: views.stock({ id, stock, price, version }) };
        }
      }
    },

    result(result) {
      switch (result.kind) {
        case 'order':
          return views.order(result.order);
        case 'added': {
          const { added, skipped, duplicates, version } = result;
          return { added, skipped, duplicates, version };
        }
        case 'changed':
          return { changed: result.ids, version: result.version };
        case 'cancelled':
          return views.cancelled(result.cancellation, result.version);
        case 'updated':
          return views.book(result.book);
        case 'refused':
          throw new Error(`a refusal (${result.code}) is an error and not an answer`);
      }
    },
  };
  return views;
}
