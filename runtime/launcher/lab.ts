import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { LabAction, LabFault, LabReply } from '../lab.ts';
import type { Limits } from '../limits.ts';
import type { NodeId } from '../links/mesh.ts';
import type { Logger } from '../logger.ts';
import type { PrivateRedis } from './private-redis.ts';
import type { Supervisor } from './supervisor.ts';

/** Does what the lab is asked for, and sees to it that every fault ends. */
export interface Lab {
  perform(action: LabAction): LabReply;
  /** Ends every fault. */
  heal(): void;
}

interface Lasting {
  readonly text: string;
  readonly node: NodeId;
  readonly endsAt: number;
  end(): void;
}

export interface LabOptions {
  readonly supervisor: Pick<Supervisor, 'nodes' | 'signal' | 'tell' | 'wipe'>;
  readonly redis: Pick<PrivateRedis, 'pid' | 'signal'> | undefined;
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'labPauseMs'>;
  readonly logger: Logger;
}

export function createLab({ supervisor, redis, clock, limits, logger }: LabOptions): Lab {
  const lasting = new Set<Lasting>();
  let lastFaultAt = Number.NEGATIVE_INFINITY;

  function perform(action: LabAction): LabReply {
    if (action.do === 'list') return { faults: faults() };
    if (action.do === 'heal') {
      heal();
      return { text: 'Every fault has ended.', faults: [] };
    }
    const refused = refusalOf(action);
    if (refused !== undefined) return { refused };
    lastFaultAt = clock.monotonic();
    const text = carryOut(action);
    logger.warn(`lab: ${text}`);
    return { text, faults: faults() };
  }

  function refusalOf(action: Exclude<LabAction, { do: 'list' | 'heal' }>): string | undefined {
    if (clock.monotonic() - lastFaultAt < limits.labPauseMs)
      return `Only one fault in ${limits.labPauseMs} ms: try again.`;
    if (action.do === 'pauseCache')
      return redis ? undefined : 'There is no private redis-server that could be paused.';
    const node = supervisor.nodes.find(({ id }) => id === action.node);
    if (!node) return `There is no process ${action.node}.`;
    if (node.state === 'down') return `${action.node} has no process just now.`;
    const isForCatalogs = action.do === 'wipe' || action.do === 'slowDisk';
    if (isForCatalogs && node.kind !== 'catalog') return `${action.node} is no catalog: it keeps nothing.`;
    if (action.do === 'wipe') {
      // What a majority has acknowledged must stay on a majority.
      const others = supervisor.nodes.filter(({ id, kind }) => kind === 'catalog' && id !== action.node);
      const unready = others.find(({ state }) => state !== 'ready');
      if (others.length === 0) return 'The only catalog has the only copy: it is not wiped.';
      if (unready) return `${unready.id} is not ready: wiping ${action.node} as well could lose orders.`;
    }
    const strangers = action.do === 'cut' && action.from?.filter((id) => !others(action.node).includes(id));
    return strangers && strangers.length > 0 ? `There is no other process ${strangers[0]}.` : undefined;
  }

  function carryOut(action: Exclude<LabAction, { do: 'list' | 'heal' }>): string {
    switch (action.do) {
      case 'kill':
        supervisor.signal(action.node, 'SIGKILL');
        return `${action.node} is killed and is started again.`;
      case 'wipe':
        supervisor.wipe(action.node);
        return `${action.node} is killed, its folder is removed, and it is started again.`;
      case 'pause': {
        const { node, forMs } = action;
        const { pid } = supervisor.nodes.find(({ id }) => id === node)!;
        supervisor.signal(node, 'SIGSTOP');
        return last(node, forMs, `${node} is paused for ${seconds(forMs)}.`, resumed(pid, forMs));
      }
      case 'pauseCache': {
        const { forMs } = action;
        redis?.signal('SIGSTOP');
        return last('redis', forMs, `Redis is paused for ${seconds(forMs)}.`, resumed(redis?.pid, forMs));
      }
      case 'cut': {
        const { node, from: peers = others(node), way = 'both', forMs } = action;
        supervisor.tell(node, { type: 'cut', peers, way, forMs });
        const whom = action.from ? peers.join(' and ') : 'all others';
        return last(node, forMs, `${CUT_TEXT[way](node, whom)} for ${seconds(forMs)}.`, healed(node));
      }
      case 'slowDisk': {
        const { node, syncMs, forMs } = action;
        supervisor.tell(node, { type: 'slowDisk', syncMs, forMs });
        const text = `Each sync of ${node}'s disk takes ${syncMs} ms longer for ${seconds(forMs)}.`;
        return last(node, forMs, text, healed(node));
      }
    }
  }

  /** The fault ends by itself where it is; here it is only remembered, and may be ended before its time. */
  function last(node: NodeId, forMs: number, text: string, end: () => void): string {
    const fault = { text, node, endsAt: clock.monotonic() + forMs, end };
    lasting.add(fault);
    clock.setTimeout(() => lasting.delete(fault), forMs);
    return text;
  }

  function healed(node: NodeId): () => void {
    return () => void supervisor.tell(node, { type: 'heal' });
  }

  function others(node: NodeId): NodeId[] {
    return supervisor.nodes.flatMap(({ id }) => (id === node ? [] : [id]));
  }

  function faults(): LabFault[] {
    const now = clock.monotonic();
    return [...lasting].map(({ text, node, endsAt }) => ({
      text,
      node,
      endsInMs: Math.max(0, Math.round(endsAt - now)),
    }));
  }

  function heal(): void {
    for (const { end } of lasting) end();
    lasting.clear();
  }

  return { perform, heal };
}

const CUT_TEXT = {
  both: (node: NodeId, whom: string) => `${node} is cut off from ${whom}`,
  in: (node: NodeId, whom: string) => `${node} hears nothing from ${whom}`,
  out: (node: NodeId, whom: string) => `${whom} hear nothing from ${node}`,
};

/**
 * Lets a stopped process go on after `forMs`, and at once when the returned function is called. A shell waits for it,
 * so that the process goes on even if the launcher is gone by then.
 */
function resumed(pid: number | undefined, forMs: number): () => void {
  if (pid === undefined) return () => {};
  const script = 'sleep "$1"; kill -CONT "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(forMs / 1000), String(pid)], {
    detached: true,
    stdio: 'ignore',
  });
  guard.unref();
  return () => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended.
    }
  };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
