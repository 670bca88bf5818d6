import { LEVEL } from '../../runtime/command-levels.ts';
import type { Command, Result } from '../../runtime/domain.ts';
import { BazarError, type ErrorCode } from '../../runtime/errors.ts';
import type {
  AskHandler,
  AskType,
  Body,
  Incoming,
  LinkObserver,
  Mesh,
  NodeId,
  Peer,
  Reply,
  TellType,
  TracedAsk,
} from '../../runtime/links/mesh.ts';
import type { SpanRecorder } from '../../runtime/trace/span-recorder.ts';

const line = { id: 1, quantity: 1, price: 1000, title: 'Xen' };

export function purchase(key: string, requestId = `request of ${key}`): Command {
  return { kind: 'purchase', key, requestId, lines: [{ id: 1, quantity: 1 }] };
}

export function confirmed(orderId: string, version = 5): Result {
  const order = { orderId, status: 'confirmed' as const, lines: [line], total: 1000, version, at: 0 };
  return { kind: 'order', order, version, replayed: false };
}

export function soldOut(orderId: string, version = 5): Result {
  const order = { orderId, status: 'refused' as const, lines: [line], total: 0, version, at: 0 };
  return { kind: 'order', order: { ...order, code: 'sold-out', bookId: 1 }, version, replayed: false };
}

/** A proposal that a catalog has received; the test decides what becomes of it, and when. */
export interface Proposal {
  readonly to: NodeId;
  readonly command: Command;
  readonly timeoutMs: number;
  answer(result: Result, leader?: NodeId): void;
  fail(code: ErrorCode, leader?: NodeId): void;
}

/** An order replica's links, scripted by the test: nothing is answered by itself. */
export interface ScriptedMesh extends Mesh {
  readonly url: string;
  readonly proposals: Proposal[];
  /** What catalogs tell of open payments. */
  openPayments: Reply<'read.payments'>['open'];
  openRefunds: Reply<'read.payments'>['refunds'];
  link(id: NodeId): void;
  /** Fails what is pending there as `link-lost`, as a closing link does. */
  cut(id: NodeId): void;
  /** Tells the replica that the disk of this catalog is full. */
  fill(id: NodeId): void;
  /** Asks the replica as a gateway does. */
  submit(command: Command, deadline: number, trace?: SpanRecorder): Promise<Reply<'submit'>>;
  status(): Promise<Reply<'status'>>;
}

const GATEWAY: Peer = { id: 'gateway-1', kind: 'gateway', incarnation: 'g' };

/** `level`: the command level that the catalogs can read. */
export function scriptedMesh(linked: readonly NodeId[], level = LEVEL): ScriptedMesh {
  const handlers = new Map<AskType, (body: never, incoming: Incoming) => unknown>();
  const tellHandlers = new Map<TellType, (body: never, incoming: Incoming) => void>();
  const observers: LinkObserver[] = [];
  const peers = new Map<NodeId, Peer>();
  const proposals: Proposal[] = [];
  const peerOf = (id: NodeId): Peer => ({ id, kind: 'catalog', incarnation: 'c', level });
  for (const id of linked) peers.set(id, peerOf(id));

  async function handle<T extends AskType>(
    type: T,
    body: Body<T>,
    deadline: number,
    trace?: SpanRecorder,
  ): Promise<Reply<T>> {
    const handler = handlers.get(type) as AskHandler<T> | undefined;
    if (!handler) throw new BazarError('internal');
    return handler(body, { from: GATEWAY, deadline, trace });
  }

  const mesh: ScriptedMesh = {
    self: 'order-1',
    url: 'memory://order-1',
    proposals,
    openPayments: [],
    openRefunds: undefined,
    onAsk: (type, handler) => void handlers.set(type, handler),
    onTell: (type, handler) => void tellHandlers.set(type, handler),
    tell: () => false,
    broadcast() {},
    ask<T extends AskType>(
      to: NodeId,
      type: T,
      body: Body<T>,
      timeoutMs: number,
      trace?: TracedAsk,
    ): Promise<Reply<T>> {
      if (type === 'read.payments') {
        const { openPayments: open, openRefunds: refunds } = mesh;
        return Promise.resolve({ open, refunds, asOf: 1 } as Reply<T>);
      }
      if (type !== 'propose') throw new Error(`an order replica asked ${type}`);
      const { command } = body as Body<'propose'>;
      const step = trace?.recorder.begin(trace.step, trace.facts, to);
      return new Promise((resolve, reject) => {
        proposals.push({
          to,
          command,
          timeoutMs,
          answer(result, leader = to) {
            step?.end();
            resolve({ result, leader } as Reply<T>);
          },
          fail(code, leader) {
            step?.end({ error: code });
            reject(new BazarError(code, undefined, leader ? { leader } : {}));
          },
        });
      });
    },
    peer: (id) => peers.get(id),
    links: () => [],
    observe: (observer) => void observers.push(observer),
    setAddresses() {},
    async close() {},
    link(id) {
      peers.set(id, peerOf(id));
      for (const { opened } of observers) opened(peerOf(id));
    },
    cut(id) {
      peers.delete(id);
      for (const proposal of proposals) if (proposal.to === id) proposal.fail('link-lost');
      for (const { closed } of observers) closed(peerOf(id), 'cut');
    },
    fill(id) {
      const words = 'No space left on device';
      tellHandlers.get('disk.filled')!({ words } as never, { from: peerOf(id), deadline: 0 });
    },
    submit: (command, deadline, trace) => handle('submit', { command }, deadline, trace),
    status: () => handle('status', {}, Number.POSITIVE_INFINITY),
  };
  return mesh;
}
