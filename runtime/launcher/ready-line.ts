import type { Config } from './config.ts';

/** What the launcher says to people. */

/** What the ready line tells of a store whose purchases work. */
export function startingLine({ orders, dataDirectory }: Config, catalogs: number): string {
  return `starting ${count(catalogs, 'catalog')}, ${count(orders, 'order')} and a gateway on ${dataDirectory}`;
}

export interface Ready {
  /** Where the gateway serves HTTP. */
  readonly url: string;
  readonly catalogs: number;
  readonly cache: string;
  /** Books put in by this start; `undefined` if the store had been filled before. */
  readonly seeded: number | undefined;
}

/** The one line that says that purchases work: where, what runs, and what this many copies cannot survive. */
export function readyLine(config: Config, { url, catalogs, cache, seeded }: Ready): string {
  const nodes = `${count(catalogs, 'catalog')}, ${count(config.orders, 'order')}, 1 gateway`;
  const facts = [nodes, `cache: ${cache}`, booksText(config, seeded), warning(catalogs)];
  return [`ready ${url}`, `${url.replace(/^http/, 'ws')}/ws`, facts.filter(Boolean).join('; ')].join('  ');
}

function booksText({ books }: Config, seeded: number | undefined): string {
  if (seeded !== undefined) return `${count(seeded, 'book')} put in`;
  return books === undefined ? '' : `${books} ignored, since the store is not empty`;
}

function warning(catalogs: number): string {
  if (catalogs === 1) return 'warning: one catalog is the only copy, its loss is the loss of everything';
  if (catalogs === 2) return 'warning: purchases need both catalogs, and stop when either of them is gone';
  return '';
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
