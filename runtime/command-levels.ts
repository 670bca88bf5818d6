import type { LogCommand } from './domain.ts';

/**
 * Command levels: which commands the log may hold. A store begins at level 1. Once every catalog has said in its greeting
 * that it can read what a higher level brings, the leader puts `raiseLevel` into the log; until then a command of that
 * level is refused as `not-yet`, and nothing has happened. A level is never lowered: data of a level that a program does
 * not know is refused at the start.
 */

/** The highest level that this program knows. */
export const LEVEL = 2;

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
};

export function leastLevel({ kind }: Pick<LogCommand, 'kind'>): number {
  return LEAST_LEVELS[kind];
}

/** The highest level that the node at the other end of a link knows; 0 where there is no link. */
export function levelOf(peer: { readonly level?: number } | undefined): number {
  return peer ? (peer.level ?? 1) : 0;
}

/** Whether a node can be asked with a command in the message. Where there is no link to it, asking says so. */
export function canRead(peer: Parameters<typeof levelOf>[0], command: Pick<LogCommand, 'kind'>): boolean {
  return peer === undefined || leastLevel(command) <= levelOf(peer);
}
