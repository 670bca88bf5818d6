import type { BookChange } from '../../runtime/domain.ts';
import type { FeedFault, Happening } from '../../runtime/happenings.ts';
import type { Body, NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createStatechart } from '../../runtime/statechart.ts';
import type { AskPorts } from '../upstream/ask-in-turn.ts';
import type { RoundRobin } from '../upstream/round-robin.ts';
import { type FeedEffect, type FeedEvent, feedMachine } from './feed-machine.ts';

/**
 * Follows the commit feed of one catalog, and of another when that one is gone, falls silent or hears nothing of what orders the log.
 * Every message says which entries it covers, so it does not matter who sent what before: what is known already is
 * left out, and what was missed is noticed.
 *
 * A feed without changes looks the same whether nothing is sold or the catalog is cut off from the others. So the
 * catalog is asked at an interval, and its word counts as of the moment of the question, by the clock of this
 * process: an answer that was long on its way makes nothing look newer than it is.
 */
export interface FeedFollower {
  /** True while a catalog has promised to tell every change. */
  readonly live: boolean;
  /** The state of its machine. */
  readonly state: string;
  /** The catalog that is followed, or asked to be. */
  readonly catalog: NodeId | null;
  /** The index up to which every change was heard of, or reported as missed. */
  readonly index: number;
  /** Local monotonic ms at which what was heard is known to have been all there was. */
  readonly currentAt: number;
  /** Begins to follow, after entry `from`, which a quorum confirmed in answer to a question asked at `askedAt`. */
  start(from: number, askedAt: number): void;
  stop(): void;
}

export function createFeedFollower(
  options: AskPorts & {
    readonly catalogs: RoundRobin;
    readonly logger: Logger;
    readonly happened: (happening: Happening) => void;
    /** The highest index that has been acknowledged: the feed has to get there. */
    readonly acknowledged: () => number;
    /** The state of a book at index `asOf`. */
    readonly changed: (change: BookChange, asOf: number) => void;
    /** Everything up to `index` was heard. */
    readonly heard: (index: number) => void;
    /** A catalog has named the present start of the store. */
    readonly booted: (boot: string) => void;
    /** The changes after `from` up to `to` will never come. */
    readonly missed: (from: number, to: number) => void;
  },
): FeedFollower {
  const { mesh, clock, limits, catalogs, logger, happened } = options;
  const { acknowledged, changed, heard, booted, missed } = options;
  const actor = createStatechart<typeof feedMachine, FeedEffect>(feedMachine, {
    clock,
    input: limits,
    perform,
    failed: (error) => logger.error({ err: error }, 'the feed failed'),
  });
  let index = 0;
  let running = false;
  /** Kept beside the statechart, since every cached read asks for it. */
  let live = false;
  /** What had been acknowledged at some look, and when it must have come. */
  let expected = 0;
  let expectedBy = 0;
  let currentAt = 0;
  /** When the present catalog has agreed to be followed. */
  let grantedAt = 0;

  const catalog = () => actor.getSnapshot().context.catalog;
  const send = (event: FeedEvent) => running && actor.send(event);

  function perform(effect: FeedEffect): void {
    if (effect.type === 'choose') choose();
    if (effect.type === 'follow') void follow(effect.catalog);
    if (effect.type === 'look') look();
  }

  function choose(): void {
    const [first] = catalogs.candidates();
    if (first) send({ type: 'catalog.chosen', catalog: first });
  }

  async function follow(id: NodeId): Promise<void> {
    try {
      const reply = await mesh.ask(id, 'feed.follow', { from: index }, limits.readAttemptMs);
      if (reply.reset) skipTo(reply.index);
      if (reply.boot !== null) booted(reply.boot);
      expected = 0;
      grantedAt = clock.monotonic();
      happened({ kind: 'feedFollowed', node: mesh.self, facts: { catalog: id, index } });
      send({ type: 'follow.granted' });
    } catch {
      catalogs.passOver(id);
      send({ type: 'follow.failed' });
    }
  }

  function look(): void {
    const id = catalog();
    if (id === null) return;
    const fault = findFault(clock.monotonic());
    if (fault) leave(id, fault);
    else void ask(id);
  }

  function findFault(now: number): FeedFault | undefined {
    if (now - Math.max(currentAt, grantedAt) > limits.leaderSilenceMs) return 'hears-no-leader';
    if (now < expectedBy) return undefined;
    if (index < expected) return 'stalled';
    expected = acknowledged();
    expectedBy = now + limits.feedCheckMs;
    return undefined;
  }

  function leave(id: NodeId, why: FeedFault): void {
    happened({ kind: 'feedLeft', node: mesh.self, facts: { catalog: id, index, why } });
    mesh.tell(id, 'feed.leave', {});
    catalogs.passOver(id);
    send({ type: 'feed.stalled' });
  }

  /** What the catalog says counts if it is not behind what was heard before, and if all that it told has come. */
  async function ask(id: NodeId): Promise<void> {
    const askedAt = clock.monotonic();
    const before = index;
    const reply = await mesh.ask(id, 'feed.alive', {}, limits.leaderSilenceMs).catch(() => undefined);
    if (!reply || id !== catalog() || !live) return;
    if (reply.boot !== null) booted(reply.boot);
    if (reply.silentMs === null || reply.index < before || reply.index > index) return;
    currentAt = Math.max(currentAt, askedAt - reply.silentMs);
  }

  function skipTo(to: number): void {
    if (to <= index) return;
    const from = index;
    happened({ kind: 'feedMissed', node: mesh.self, facts: { from, to } });
    index = to;
    missed(from, to);
  }

  function receive({ from, index: to, changes }: Body<'feed.changes'>, sender: NodeId): void {
    if (sender !== catalog()) return;
    skipTo(from);
    if (to <= index) return;
    for (const change of changes) if (change.version > index) changed(change, to);
    index = to;
    heard(to);
  }

  mesh.onTell('feed.changes', (body, { from }) => receive(body, from.id));
  mesh.observe({
    opened: ({ kind }) => kind === 'catalog' && send({ type: 'catalog.opened' }),
    closed({ id }) {
      if (live && id === catalog())
        happened({ kind: 'feedLeft', node: mesh.self, facts: { catalog: id, index, why: 'link-lost' } });
      send({ type: 'catalog.lost', catalog: id });
    },
  });
  actor.subscribe((snapshot) => {
    live = snapshot.matches('live');
  });

  return {
    get live() {
      return live;
    },
    get state() {
      const { value } = actor.getSnapshot();
      return typeof value === 'string' ? value : 'live';
    },
    get catalog() {
      return catalog();
    },
    get index() {
      return index;
    },
    get currentAt() {
      return currentAt;
    },
    start(from, askedAt) {
      index = from;
      currentAt = askedAt;
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
