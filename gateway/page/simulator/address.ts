import { queryOf } from '../route.ts';
import type { Act, ActName, RunName } from './protocol.ts';

/** The address of a moment: `#/simulator?seed=42&at=8123&do=8000.kill.catalog-2` names the run, its acts and the event. */

export const ACT_WORDS: Readonly<Record<ActName, { readonly short: string; readonly long: string }>> = {
  kill: { short: 'Kill', long: 'SIGKILL; it is started again after 1 s' },
  pause: { short: 'Pause', long: 'it stands still for 4 s, and then gets all that came meanwhile at once' },
  cut: { short: 'Cut off', long: 'for 5 s nothing that it sends arrives, and nothing that is sent to it' },
  mute: { short: 'Cut one way', long: 'for 5 s it hears the others, and nothing that it sends arrives' },
  wipe: { short: 'Wipe', long: 'it ends, and is started 1 s later with an empty disk' },
  slow: { short: 'Slow disk', long: 'for 4 s each write takes 50 to 400 ms' },
  buy: { short: 'Buy', long: 'one more client buys one copy through this gateway' },
};

/** Acts that one address may have. */
const MOST_ACTS = 20;

export interface ReplayPlace {
  readonly run: RunName;
  readonly n: number;
  readonly node: string | null;
  /** The event whose message is read. */
  readonly read: number | null;
}

/** What the address asks for; a sentence where it is nothing that there is; null where it names no seed. */
export function placeOfAddress(): ReplayPlace | { readonly fault: string } | null {
  const seed = queryOf('seed');
  if (seed === null) return null;
  if (!/^\d{1,15}$/.test(seed))
    return { fault: `“${seed.slice(0, 40)}” is no seed: a seed is a whole number from 0 on.` };
  const at = queryOf('at') ?? '1';
  if (!/^[1-9]\d{0,8}$/.test(at)) {
    return { fault: `“${at.slice(0, 40)}” is no moment: a moment is the number of an event, from 1 on.` };
  }
  const acts: Act[] = [];
  for (const text of (queryOf('do') ?? '').split(',').filter(Boolean)) {
    const [, after, name, node] = /^([1-9]\d{0,8})\.([a-z]+)\.([a-z]+-\d+)$/.exec(text) ?? [];
    if (name === undefined || !(name in ACT_WORDS) || acts.length >= MOST_ACTS) {
      return {
        fault: `“${text.slice(0, 40)}” is nothing that can be done to a run, such as 8000.kill.catalog-2.`,
      };
    }
    acts.push({ after: Number(after), name: name as ActName, node: node! });
  }
  const read = queryOf('read');
  return {
    run: { seed: Number(seed), acts },
    n: Number(at),
    node: queryOf('node'),
    read: read ? Number(read) : null,
  };
}

export function queryOfPlace({ run: { seed, acts }, n, node, read }: ReplayPlace): Record<string, string> {
  return {
    seed: String(seed),
    at: String(n),
    ...(acts.length > 0 && { do: acts.map((act) => `${act.after}.${act.name}.${act.node}`).join(',') }),
    ...(node !== null && { node }),
    ...(read !== null && { read: String(read) }),
  };
}

export const isSameRun = (a: RunName, b: RunName) =>
  a.seed === b.seed && JSON.stringify(a.acts) === JSON.stringify(b.acts);
