import type { LogCommand } from './domain.ts';

/**
 * Command levels: which commands the log may hold. A store begins at level 1. Once every catalog has said in its greeting
 * that it can read what a higher level brings, the leader puts `raiseLevel` into the log; until then a command of that
 * level is refused as `not-yet`, and nothing has happened. A level is never lowered: data of a level that a program does
 * not know is refused at the start.
 */

/** The highest level that this program knows. */
export const LEVEL = 5;

/** From here on the payment service is asked for refunds. */
export const REFUNDS = 5;

/** The least level at which the log takes each command: a new command is added here with the level that brings it. */
const LEAST_LEVELS: Readonly<Record<LogCommand['kind'], number>> = {
  purchase: 1,
  addBooks: 1,
  updateBook: 1,
  changeBooks: 2,
  boot: 1,
  expire: 1,
  raiseLevel: 1,
  hold: 2,
  confirm: 2,
  release: 2,
  tick: 2,
  cancel: 3,
  settleRefund: REFUNDS,
};

/** From here on customers have names, and books limits for each of them. */
const CUSTOMERS = 3;
/** And from here on orders have payments. */
const PAYMENTS = 4;

/** A field that came later counts as well: a program that does not know it would read another command. */
export function leastLevel(command: LogCommand): number {
  if ('payment' in command && command.payment !== undefined) return PAYMENTS;
  return saysOfCustomers(command) ? CUSTOMERS : LEAST_LEVELS[command.kind];
}

function saysOfCustomers(command: LogCommand): boolean {
  switch (command.kind) {
    case 'purchase':
    case 'hold':
      return command.customer !== undefined;
    case 'addBooks':
      return command.books.some(({ perCustomer }) => perCustomer !== undefined);
    case 'changeBooks':
      return command.changes.some(({ perCustomer }) => perCustomer !== undefined);
    default:
      return false;
  }
}

/** The highest level that the node at the other end of a link knows; 0 where there is no link. */
export function levelOf(peer: { readonly level?: number } | undefined): number {
  return peer ? (peer.level ?? 1) : 0;
}

/** Whether a node can be asked with a command in the message. Where there is no link to it, asking says so. */
export function canRead(peer: Parameters<typeof levelOf>[0], command: LogCommand): boolean {
  return peer === undefined || leastLevel(command) <= levelOf(peer);
}
