import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Clock } from '../clock.ts';
import type { Happening } from '../happenings.ts';
import type { LabAction, LabReply } from '../lab.ts';
import type { Limits } from '../limits.ts';
import type { NodeId, NodeKind } from '../links/mesh.ts';
import type { Logger } from '../logger.ts';
import { childEnvironment } from '../process/environment.ts';
import { type NodeProcess, type ToChild, ToLauncher, tellChild } from '../process/ipc.ts';
import { createProcessNews, type ProcessNews } from './process-news.ts';
import type { NodePlan, SupervisedNode } from './supervised-node.ts';
import { type Supervision, superviseProcess } from './supervision.ts';

export type { NodePlan, SupervisedNode };

export interface SupervisorOptions {
  readonly plans: readonly NodePlan[];
  /** The program of each kind: a module, compiled or TypeScript, that calls `runChild`. */
  readonly programs: Readonly<Record<NodeKind, URL>>;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly happened: (happening: Happening) => void;
  /** Where `viewer` is told to find `target`; the place for a proxy in between. */
  readonly addressFor?: AddressFor;
  /** The file descriptor that the processes write to; without it, where this one does. */
  readonly output?: number;
  /** Does what a gateway's lab asks for; without it, nothing is done. */
  readonly lab?: (action: LabAction) => LabReply;
}

/** `target` is a node, or the own address of a member of the log's engine. */
export type AddressFor = (viewer: NodeId, target: NodeId, url: string) => string;

export interface Supervisor {
  readonly nodes: readonly SupervisedNode[];
  /** Calls `changed` after every change of a node. */
  observe(changed: (node: SupervisedNode) => void): void;
  /** From now on every node is told where the others are. Until then nobody can speak to anybody. */
  connectNodes(): void;
  /** The gateways that run now learn that the first books are in. */
  tellFilled(): void;
  /** Sends a signal to a node's process; false if it has none just now. Never reaches another's. */
  signal(id: NodeId, name: NodeJS.Signals): boolean;
  /** Tells a node's process something; false if it has none just now. */
  tell(id: NodeId, message: ToChild): boolean;
  /** Kills a node's process and removes its folder before the next one is started. */
  wipe(id: NodeId): void;
  /** Drains and ends all: first those who take work in, last those who keep it. After `drainMs`, kills the rest. */
  stop(): Promise<void>;
  /** Kills every process at once. */
  kill(): void;
}

interface Running {
  readonly plan: NodePlan;
  node: SupervisedNode;
  child: ChildProcess | undefined;
  /** Its folder is to be removed before the next start. */
  isToBeWiped: boolean;
  /** How the process before ended, until the next one listens. */
  lastEnd: string | undefined;
  /** Of a gateway that listens. */
  news: ProcessNews | undefined;
  supervision: Supervision;
}

/** The order in which processes are drained: work flows from the first to the last. */
const DRAIN_ORDER: readonly NodeKind[] = ['gateway', 'order', 'catalog'];

/** Of glibc: memory that one thread frees serves all of a process; each thread has a heap of its own otherwise. */
const ONE_HEAP = { MALLOC_ARENA_MAX: '1' };

/**
 * How V8 collects garbage. Its helping threads take more of the processor than they save of the time, which is somebody else's
 * where all processes of a store share a few cores. A catalog with many books has so large a heap that marking all of
 * it must not stand in the way of its heartbeats.
 */
const COLLECTING: Readonly<Record<NodeKind, string>> = {
  catalog: '--no-parallel-scavenge',
  order: '--single-threaded-gc',
  gateway: '--single-threaded-gc',
};

/** How Node runs a program: sources are compiled by `tsx` as they are loaded. */
function nodeArguments(program: URL, kind: NodeKind): string[] {
  const file = fileURLToPath(program);
  const tsx = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return [COLLECTING[kind], ...(file.endsWith('.ts') ? ['--import', tsx()] : []), file];
}

/** Starts every planned process and looks after it. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { plans, programs, clock, limits, logger, happened, output = 'inherit' } = options;
  const { addressFor = (_viewer, _target, url) => url } = options;
  const observers: ((node: SupervisedNode) => void)[] = [];
  const all: Running[] = [];
  let introduced = false;
  let stopping = false;

  function change(running: Running, facts: Partial<SupervisedNode>): void {
    running.node = { ...running.node, ...facts };
    if (!('state' in facts) || facts.state === 'starting' || facts.state === 'down') {
      for (const { news } of all) news?.changed();
    }
    for (const observer of observers) observer(running.node);
  }

  function sendAddresses(): void {
    if (!introduced) return;
    const known = all.flatMap(({ node }) => (node.url === undefined ? [] : [[node.id, node.url] as const]));
    for (const { child, node, supervision } of all) {
      if (!child || supervision.state !== 'up') continue;
      const others = known.filter(([id]) => id !== node.id);
      const urls = Object.fromEntries(others.map(([id, url]) => [id, addressFor(node.id, id, url)]));
      tellChild(child, { type: 'addresses', urls });
    }
  }

  function processes(): NodeProcess[] {
    return all.map(({ child, supervision, lastEnd, node: { id, pid, refused, fault } }) =>
      child ? { id, pid, reason: lastEnd } : { id, reason: refused ?? fault, againInMs: supervision.pauseMs },
    );
  }

  function start(running: Running): void {
    const { plan } = running;
    if (running.isToBeWiped) {
      rmSync(plan.configure().dataDirectory, { recursive: true, force: true });
      running.isToBeWiped = false;
    }
    const child = spawn(process.execPath, nodeArguments(programs[plan.kind], plan.kind), {
      stdio: ['ignore', output, output, 'ipc'],
      env: { ...ONE_HEAP, ...childEnvironment() },
    });
    running.child = child;
    change(running, { pid: child.pid, state: 'starting', identity: undefined, fault: undefined });
    child.on('error', (error) => logger.error({ err: error }, `${plan.id} could not be started or told`));
    child.on('message', (raw) => {
      const message = ToLauncher.safeParse(raw);
      if (message.success) listen(running, message.data);
      else logger.error(`${plan.id} sent what is not a message: ${message.error.message}`);
    });
    // `close`, unlike `exit`, also comes when the process could not be started at all.
    child.once('close', (code, signal) => exited(running, code, signal));
    tellChild(child, plan.configure());
  }

  function listen(running: Running, message: ToLauncher): void {
    switch (message.type) {
      case 'listening': {
        const { url, identity, http } = message;
        if (running.lastEnd !== undefined) {
          const { id: node, pid = null } = running.node;
          happened({ kind: 'processRestarted', node, facts: { pid } });
          running.lastEnd = undefined;
        }
        running.supervision.send({ type: 'process.reported' });
        if (running.plan.kind === 'gateway') running.news = createProcessNews(running.child!, processes);
        change(running, { url, identity, http, failedStarts: 0 });
        sendAddresses();
        break;
      }
      case 'state':
        change(running, { state: message.state });
        break;
      case 'level':
        change(running, { level: message.level });
        break;
      case 'refused':
        running.supervision.send({ type: 'process.refused' });
        change(running, { refused: message.message });
        break;
      case 'failed':
        change(running, { fault: message.message });
        break;
      case 'lab': {
        const reply = options.lab?.(message.action) ?? { refused: 'There is no lab.' };
        tellChild(running.child!, { type: 'labDone', number: message.number, reply });
      }
    }
  }

  function exited(running: Running, code: number | null, signal: NodeJS.Signals | null): void {
    const { plan, supervision } = running;
    const expected = stopping || supervision.state === 'refusing';
    const isStarting = supervision.state === 'starting';
    running.child = undefined;
    running.news = undefined;
    supervision.send({ type: 'process.exited' });
    const fault = running.node.fault ?? (signal ? signal : `code ${code}`);
    running.lastEnd = fault;
    if (!expected) happened({ kind: 'processEnded', node: plan.id, facts: { fault, isStarting } });
    const failedStarts = running.node.failedStarts + (isStarting && !expected ? 1 : 0);
    change(running, { state: 'down', fault, failedStarts });
  }

  for (const plan of plans) {
    const node: SupervisedNode = {
      id: plan.id,
      kind: plan.kind,
      pid: undefined,
      state: 'starting',
      url: undefined,
      identity: undefined,
      level: undefined,
      http: undefined,
      refused: undefined,
      fault: undefined,
      failedStarts: 0,
    };
    const running: Running = {
      plan,
      node,
      child: undefined,
      isToBeWiped: false,
      lastEnd: undefined,
      news: undefined,
      supervision: superviseProcess({
        clock,
        limits,
        perform({ type }) {
          if (type === 'spawn') return start(running);
          if (type === 'kill') return void running.child?.kill('SIGKILL');
          if (running.child) tellChild(running.child, { type: 'drain' });
        },
      }),
    };
    all.push(running);
  }
  for (const { supervision } of all) supervision.start();

  async function stop(): Promise<void> {
    stopping = true;
    const limit = clock.setTimeout(kill, limits.drainMs);
    for (const kind of DRAIN_ORDER) {
      const stage = all.filter(({ plan }) => plan.kind === kind);
      for (const { supervision } of stage) supervision.send({ type: 'end.requested' });
      await Promise.all(stage.map(({ supervision }) => supervision.ended));
    }
    clock.clearTimeout(limit);
  }

  function running(id: NodeId): Running | undefined {
    return all.find(({ node }) => node.id === id);
  }

  function kill(): void {
    stopping = true;
    for (const { supervision } of all) {
      supervision.send({ type: 'end.requested' });
      supervision.send({ type: 'end.forced' });
    }
  }

  return {
    get nodes() {
      return all.map(({ node }) => node);
    },
    observe: (changed) => void observers.push(changed),
    connectNodes() {
      introduced = true;
      sendAddresses();
    },
    tellFilled() {
      for (const { child, plan } of all) {
        if (child && plan.kind === 'gateway') tellChild(child, { type: 'filled' });
      }
    },
    signal: (id, name) => running(id)?.child?.kill(name) ?? false,
    tell(id, message) {
      const child = running(id)?.child;
      if (child) tellChild(child, message);
      return child !== undefined;
    },
    wipe(id) {
      const node = running(id);
      if (!node) return;
      node.isToBeWiped = true;
      node.child?.kill('SIGKILL');
    },
    stop,
    kill,
  };
}
