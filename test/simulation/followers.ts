import type { Client } from '../../client/client.ts';
import { createEventsChecker, type EventLine, happenedIn } from '../checkers/events.ts';
import { Violation } from './invariants.ts';
import type { World } from './world.ts';

/**
 * Followers of all events of the store, through the client library and over every reconnection. Invariant: whatever dies, each
 * is told everything that happens to orders and books once and in the order of the log, and nothing that never was.
 */
export interface Followers {
  /** Begins to follow from the beginning, until the client is closed. */
  begin(follower: Follower): void;
  /** Whether all were told all that has happened. */
  haveAll(): Promise<boolean>;
}

interface Follower {
  readonly name: string;
  readonly client: Client;
}

export function createFollowers(world: World): Followers {
  const checkers = new Map<string, ReturnType<typeof createEventsChecker>>();
  let known: { readonly index: number; readonly happened: readonly EventLine[] } | undefined;

  async function follow({ name, client }: Follower): Promise<void> {
    const checker = createEventsChecker();
    checkers.set(name, checker);
    for await (const event of client.events({ types: ['order', 'book', 'stock'] })) {
      const fault = checker.next(event);
      if (fault) throw new Violation(`${name} ${fault}`);
    }
  }

  return {
    begin(follower) {
      follow(follower).catch((error) => world.complaints.push(String((error as Error).message)));
    },
    async haveAll() {
      const { state } = world.node('catalog-1').catalog!;
      const { index } = state.applied;
      if (known?.index !== index) known = { index, happened: await happenedIn(state) };
      const { happened } = known;
      let hasAll = true;
      for (const [name, checker] of checkers) {
        const [invented] = checker.invented(happened);
        if (invented) throw new Violation(`${name} is told what never happened: ${invented}`);
        hasAll &&= checker.missing(happened).length === 0;
      }
      return hasAll;
    },
  };
}
