import type { Random } from '../../runtime/random.ts';
import { type Job, topicName } from '../load/job.ts';

/** The books of every subject: the same ids, titles and topics, each with more copies than a benchmark buys. */
export interface BenchBook {
  readonly id: number;
  readonly title: string;
  readonly topic: string;
  readonly price: string;
  readonly stock: number;
}

export const FIRST_BOOK = 1_001;
export const BOOKS = 1_000;
/** Books that lie under one topic. */
export const TOPIC_SIZE = 20;
/** Copies of each that no benchmark sells. */
export const ENOUGH = 100_000_000;

export function benchBooks(count: number, from = 0, stock = ENOUGH): BenchBook[] {
  return Array.from({ length: count }, (_, place) => benchBook(from + place, stock));
}

export function benchBook(place: number, stock = ENOUGH): BenchBook {
  const id = FIRST_BOOK + place;
  const topic = topicName(Math.floor(place / TOPIC_SIZE));
  return { id, title: `Volume ${place}: how to measure a store`, topic, price: '10.00', stock };
}

/** Draws jobs of one kind over the first `books` books, or their topics. */
export function draw(kind: Job['kind'], random: Random, books = BOOKS): () => Job {
  if (kind === 'search') return () => ({ kind, id: random.integer(Math.ceil(books / TOPIC_SIZE)) });
  // A cart goes on with the two next books.
  const last = kind === 'cart' ? books - 2 : books;
  return () => ({ kind, id: FIRST_BOOK + random.integer(last) });
}
