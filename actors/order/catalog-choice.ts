import { createActor } from 'xstate';
import type { Clock } from '../../runtime/clock.ts';
import type { BazarError } from '../../runtime/errors.ts';
import type { Mesh, NodeId } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Lifecycle } from '../../runtime/process/lifecycle.ts';
import { type OutlookEffect, type OutlookEvent, outlookMachine } from './leader-belief.ts';

/** Which catalog a proposal goes to: the believed leader, else the linked ones in turn (they forward). */
export interface CatalogChoice {
  readonly leader: NodeId | null;
  /** A linked catalog, another than `avoid` if there is one; undefined if none is linked. */
  next(avoid: NodeId | undefined): NodeId | undefined;
  learn(leader: NodeId): void;
  doubt(catalog: NodeId): void;
  /** Takes in what a catalog's failure tells of the leader; returns another catalog that it named as such. */
  heed(catalog: NodeId, error: BazarError): NodeId | null;
  start(): void;
  stop(): void;
}

export function createCatalogChoice(
  ports: { mesh: Mesh; catalogs: readonly NodeId[]; clock: Clock; logger: Logger },
  lifecycle: Pick<Lifecycle, 'caughtUp' | 'fellBehind'>,
): CatalogChoice {
  const { mesh, catalogs, clock, logger } = ports;
  const effects: OutlookEffect[] = [];
  const machine = outlookMachine.provide({ actions: { effect: (_, effect) => void effects.push(effect) } });
  const outlook = createActor(machine, { clock });
  outlook.subscribe({ error: (error) => logger.error({ err: error }, 'the outlook failed') });
  outlook.start();
  let turn = 0;

  const leader = () => outlook.getSnapshot().context.leader;

  function send(event: OutlookEvent): void {
    outlook.send(event);
    for (const { kind } of effects.splice(0)) {
      if (kind === 'canServe') lifecycle.caughtUp();
      else lifecycle.fellBehind();
    }
  }

  function learn(id: NodeId): void {
    if (id !== leader()) send({ type: 'leader.learnt', id });
  }

  function doubt(id: NodeId): void {
    if (id === leader()) send({ type: 'leader.doubted', id });
  }

  return {
    get leader() {
      return leader();
    },
    learn,
    doubt,
    next(avoid) {
      const believed = leader();
      if (believed && believed !== avoid) return believed;
      for (let step = 0; step < catalogs.length; step++) {
        const catalog = catalogs[turn++ % catalogs.length];
        if (catalog && catalog !== avoid && mesh.peer(catalog)) return catalog;
      }
      return avoid && mesh.peer(avoid) ? avoid : undefined;
    },
    heed(catalog, { code, details }) {
      const named = typeof details.leader === 'string' && details.leader !== catalog ? details.leader : null;
      if (named) learn(named);
      else if (code !== 'overloaded') doubt(catalog);
      return named;
    },
    start() {
      const isCatalog = ({ id }: { id: NodeId }) => catalogs.includes(id);
      mesh.observe({
        opened: (peer) => void (isCatalog(peer) && send({ type: 'catalog.linked', id: peer.id })),
        closed: (peer) => void (isCatalog(peer) && send({ type: 'catalog.lost', id: peer.id })),
      });
      for (const id of catalogs) if (mesh.peer(id)) send({ type: 'catalog.linked', id });
    },
    stop: () => void outlook.stop(),
  };
}
