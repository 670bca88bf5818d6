import { effect, signal } from '@preact/signals';
import type { ToldHappening } from '../../../runtime/watch-answers.ts';
import { picture } from '../watched-store.ts';

/** The machines at work in the processes: the present state of each, and the one before it as far as it was seen. */

export interface MachineAtWork {
  /** The chart's name. */
  readonly chart: string;
  /** Whose it is: `catalog-2`, or `catalog-2 to order-1` for a link's end. */
  readonly owner: string;
  readonly state: string;
  readonly before: string | null;
}

/** What a replica's happening says of its role: figures come four times a second, an election is faster. */
const ROLES: Readonly<Record<string, string>> = {
  preCampaign: 'pre-candidate',
  campaign: 'candidate',
  elected: 'leader',
  defeated: 'follower',
  resigned: 'follower',
  leaderFollowed: 'follower',
};

export const machinesAtWork = signal<readonly MachineAtWork[]>([]);

effect(() => {
  const { figures, happenings } = picture.value;
  const known = new Map(
    machinesAtWork.peek().map((machine) => [`${machine.chart} ${machine.owner}`, machine]),
  );
  const next: MachineAtWork[] = [];
  const add = (chart: string, owner: string, state: string, told: readonly string[] = []) => {
    const before = known.get(`${chart} ${owner}`);
    const way = [...(before ? [before.state] : []), ...told, state].filter(
      (at, index, all) => at !== all[index - 1],
    );
    next.push({ chart, owner, state, before: way.at(-2) ?? before?.before ?? null });
  };
  for (const { id, figures: own } of figures?.nodes ?? []) {
    for (const [chart, state] of Object.entries(own?.machines ?? {})) {
      add(chart, id, state, chart === 'replica' ? rolesOf(id, happenings) : []);
    }
    for (const { peer, state } of own?.links ?? []) add('link', `${id} to ${peer}`, state);
  }
  machinesAtWork.value = next;
});

function rolesOf(id: string, happenings: readonly ToldHappening[]): string[] {
  return happenings.flatMap(({ node, kind }) => (node === id && ROLES[kind] ? [ROLES[kind]] : []));
}
