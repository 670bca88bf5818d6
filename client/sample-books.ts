import type { NewBook } from '../runtime/domain.ts';

/** The books that a new store begins with: those of the course's assignment, in its order. */
export const SAMPLE_BOOKS: readonly NewBook[] = [
  ['How to get a good grade in DOS in 40 minutes a day', 'distributed systems'],
  ['RPCs for Noobs', 'distributed systems'],
  ['Xen and the Art of Surviving Undergraduate School', 'undergraduate school'],
  ['Cooking for the Impatient Undergrad', 'undergraduate school'],
  ['How to finish Project 3 on time', 'distributed systems'],
  ['Why theory classes are so hard', 'distributed systems'],
  ['Spring in the Pioneer Valley', 'undergraduate school'],
].map(([title = '', topic = ''], index) => ({ id: index + 1, title, topic, price: 10_00, stock: 100 }));
