import { UsageError } from '../command-line.ts';
import { masked } from '../masked.ts';

/** Where an outer engine is that orders the log. */
export interface LogAddress {
  readonly engine: 'etcd';
  /** Of its members, as `http://HOST:PORT`. */
  readonly urls: readonly string[];
}

const PORT = /^([^\s:/@]+|\[[0-9a-f:]+\]):(\d{1,5})$/i;

/** Reads `etcd://HOST:PORT,HOST:PORT`. Throws a `UsageError` that begins with `name`. */
export function readLogAddress(text: string, name: string): LogAddress {
  const members = text.startsWith('etcd://') ? text.slice('etcd://'.length).split(',') : [];
  if (members.length > 0 && members.every((member) => PORT.test(member))) {
    return { engine: 'etcd', urls: members.map((member) => `http://${member}`) };
  }
  throw new UsageError(`${name} must be etcd://HOST:PORT, with all members by commas, not "${masked(text)}"`);
}
