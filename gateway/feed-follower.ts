import { createActor } from 'xstate';
import type { BookChange } from '../runtime/domain.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Body, NodeId } from '../runtime/mesh.ts';
import type { AskPorts } from './ask-in-turn.ts';
import { type FeedEffect, type FeedEvent, feedMachine } from './feed-machine.ts';
import type { RoundRobin } from './round-robin.ts';

/**
 * Follows the commit feed of one catalog, and of another when that one is gone or falls silent. Every message
 * says which entries it covers, so it does not matter who sent what before: what is known already is left out,
 * and what was missed is noticed.
 */
export interface FeedFollower {
  /** True while a catalog has promised to tell every change. */
  readonly live: boolean;
  /** The index up to which every change was heard of, or reported as missed. */
  readonly index: number;
  /** Begins to follow, after entry `from`. */
  start(from: number): void;
  stop(): void;
}

export function createFeedFollower(
  options: AskPorts & {
    readonly catalogs: RoundRobin;
    readonly logger: Logger;
    /** The highest index that has been acknowledged: the feed has to get there. */
    readonly acknowledged: () => number;
    /** The state of a book at index `asOf`. */
    readonly changed: (change: BookChange, asOf: number) => void;
    /** Everything up to `index` was heard. */
    readonly heard: (index: number) => void;
    /** The changes after `from` up to `to` will never come. */
    readonly missed: (from: number, to: number) => void;
  },
): FeedFollower {
  const { mesh, clock, limits, catalogs, logger, acknowledged, changed, heard, missed } = options;
  const effects: FeedEffect[] = [];
  const machine = feedMachine.provide({
    actions: { effect: (_, effect) => void effects.push(effect) },
  });
  const actor = createActor(machine, { clock, input: limits });
  let index = 0;
  let running = false;
  let live = false;
  let catalog: NodeId | null = null;
  /** What had been acknowledged at the last look. */
  let expected = 0;

  const tell = (event: FeedEvent) => running && actor.send(event);

  /** Does what the machine asked for, after its step and never within it. */
  function perform(): void {
    const snapshot = actor.getSnapshot();
    catalog = snapshot.context.catalog;
    live = snapshot.matches('live');
    for (let effect = effects.shift(); effect; effect = effects.shift()) {
      if (effect.kind === 'choose') choose();
      if (effect.kind === 'follow') void follow(effect.catalog);
      if (effect.kind === 'look') look();
    }
  }

  function choose(): void {
    const [first] = catalogs.candidates();
    if (first) tell({ type: 'catalog.chosen', catalog: first });
  }

  async function follow(id: NodeId): Promise<void> {
    try {
      const reply = await mesh.ask(id, 'feed.follow', { from: index }, limits.readAttemptMs);
      if (reply.reset) skipTo(reply.index);
      expected = 0;
      logger.info(`follows the feed of ${id} from ${index}`);
      tell({ type: 'follow.granted' });
    } catch {
      catalogs.passOver(id);
      tell({ type: 'follow.failed' });
    }
  }

  function look(): void {
    const stalled = index < expected;
    expected = acknowledged();
    if (!stalled || !catalog) return;
    logger.warn(`the feed of ${catalog} has stalled at ${index}`);
    catalogs.passOver(catalog);
    tell({ type: 'feed.stalled' });
  }

  function skipTo(to: number): void {
    if (to <= index) return;
    logger.warn(`missed the feed from ${index} to ${to}`);
    const from = index;
    index = to;
    missed(from, to);
  }

  function receive({ from, index: to, changes }: Body<'feed.changes'>, sender: NodeId): void {
    if (sender !== catalog) return;
    skipTo(from);
    if (to <= index) return;
    for (const change of changes) if (change.version > index) changed(change, to);
    index = to;
    heard(to);
  }

  mesh.onTell('feed.changes', (body, { from }) => receive(body, from.id));
  mesh.observe({
    opened: ({ kind }) => kind === 'catalog' && tell({ type: 'catalog.opened' }),
    closed: ({ id }) => tell({ type: 'catalog.lost', catalog: id }),
  });
  actor.subscribe({ next: perform, error: (error) => logger.error({ err: error }, 'the feed failed') });

  return {
    get live() {
      return live;
    },
    get index() {
      return index;
    },
    start(from) {
      index = from;
      running = true;
      actor.start();
    },
    stop() {
      running = false;
      live = false;
      actor.stop();
    },
  };
}
