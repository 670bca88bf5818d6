import type { Command, Key, Result } from '../../runtime/domain.ts';
import { adminKey, orderKey } from '../../storage/keys.ts';
import { type Decision, refused, type Stamp, type View } from './decision.ts';

/** Orders and admin requests are kept apart: the key of one does not take that of the other. */
const KEYS: Readonly<Record<Command['kind'], (key: Key) => string>> = {
  purchase: orderKey,
  hold: orderKey,
  confirm: orderKey,
  release: orderKey,
  addBooks: adminKey,
  updateBook: adminKey,
  changeBooks: adminKey,
  cancel: adminKey,
  settleRefund: adminKey,
};

export function recordKey({ kind, key }: Pick<Command, 'kind' | 'key'>): string {
  return KEYS[kind](key);
}

/** The first answer to what was asked for under this key before; undefined where nothing was. */
export function recall(
  view: View,
  command: Command,
  fingerprint: string,
  { index }: Stamp,
): Decision | undefined {
  const first = view.recorded(recordKey(command));
  if (!first) return undefined;
  const result: Result =
    first.fingerprint === fingerprint
      ? { ...first.result, replayed: first.requestId !== command.requestId }
      : refused('key-reused', index);
  return { result, books: [], record: null };
}
