import type { ChildProcess } from 'node:child_process';
import * as z from 'zod';
import { CutWay, LabAction, LabReply } from '../lab.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { NodeState } from '../node-status.ts';

/**
 * The messages between the launcher and its children, over Node's IPC channel. When the channel closes, the
 * launcher is gone, and a child ends at once.
 */

const NodeName = z.string().min(1).max(64);
const Names = z.array(NodeName);

/** Every bound by its name, each optional: what is left out has its default. */
const LimitOverrides = z.partialRecord(
  z.enum(Object.keys(DEFAULT_LIMITS) as [keyof Limits, ...(keyof Limits)[]]),
  z.number().min(0),
);

/** What one process has to know, once, before it does anything. */
export const Configure = z.object({
  type: z.literal('configure'),
  id: NodeName,
  kind: z.enum(['gateway', 'order', 'catalog']),
  /** The cluster's id; nodes of another cluster are not spoken to. */
  cluster: z.string().min(1),
  /** Names this start of the whole store. */
  boot: z.string().min(1),
  /** What the nodes of this cluster prove themselves with. */
  secret: z.string().min(1),
  /** The path of the socket on which others reach the node; without it, a free port of this machine. */
  socket: z.string().min(1).optional(),
  /** Where others reach it instead, with the certificates (PEM) of links beyond this machine. */
  listen: z
    .object({
      host: z.string(),
      port: z.int().min(0).max(65_535),
      tls: z.object({ ca: z.string(), cert: z.string(), key: z.string() }).optional(),
    })
    .optional(),
  /** The node's own folder; nobody else writes there. */
  dataDirectory: z.string().min(1),
  /** True while the cluster has never run: only then may a catalog make itself an identity. */
  format: z.boolean(),
  /** Catalogs only: this start of the store, and the last one in which this catalog is known to have taken part. */
  start: z.object({ number: z.int().min(0), attended: z.int().min(0) }).optional(),
  /** Catalogs only: the outer engine that orders the log. */
  log: z
    .object({
      engine: z.literal('etcd'),
      urls: z.array(z.string()).min(1),
      /** In PEM. */
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
      user: z.string().optional(),
      password: z.string().optional(),
    })
    .optional(),
  catalogs: Names,
  orders: Names,
  gateways: Names,
  logLevel: z.string(),
  /** `text` is for people, `json` for programs. */
  logFormat: z.enum(['text', 'json']),
  limits: LimitOverrides,
  /** Faults may be asked for. */
  lab: z.boolean().optional(),
  /** Order replicas only: the payment service, and what it is told that amounts are of; without it nobody is paid. */
  payments: z.object({ url: z.string(), currency: z.string().optional() }).optional(),
  /** Gateways and orders: so many catalogs must be within reach and have room; more than half unless it is said. */
  neededCatalogs: z.int().min(1).optional(),
  /** Gateways only: an engine outside orders the log. */
  isOrderedOutside: z.boolean().optional(),
  /** Gateways only: the store has its first books. */
  filled: z.boolean().optional(),
  /** Gateways only: what amounts are of. */
  currency: z.object({ code: z.string(), decimals: z.int().min(0).max(3) }).optional(),
  /** Gateways only: where and for whom the bridge listens (port 0: any free one), and the tokens of its two roles. */
  http: z
    .object({
      host: z.string(),
      port: z.int().min(0).max(65_535),
      adminToken: z.string(),
      readerToken: z.string(),
      /** Web pages elsewhere, and names beside localhost, that are served. */
      origins: z.array(z.string()),
      hosts: z.array(z.string()),
      tls: z.object({ cert: z.string(), key: z.string() }).optional(),
    })
    .optional(),
  /** Gateways only: the cache; without it there is only the one in the process. */
  redisUrl: z.string().optional(),
});
export type Configure = z.infer<typeof Configure>;

/** The process of one node, as the launcher knows it. */
export const NodeProcess = z.object({
  id: NodeName,
  /** None while there is no process. */
  pid: z.int().optional(),
  /** Why there is none, or none yet that listens: how the last one ended, or why none may be started. */
  reason: z.string().optional(),
  /** In how many ms it is started again, from when it ended. */
  againInMs: z.int().min(0).optional(),
});
export type NodeProcess = z.infer<typeof NodeProcess>;

export const ToChild = z.discriminatedUnion('type', [
  Configure,
  /** Where the nodes are reached now; sent again whenever one has moved. */
  z.object({ type: z.literal('addresses'), urls: z.record(NodeName, z.string()) }),
  /** Gateways only: which processes there are; sent again whenever one has begun or ended. */
  z.object({ type: z.literal('processes'), processes: z.array(NodeProcess) }),
  /** Gateways only: the store has its first books. */
  z.object({ type: z.literal('filled') }),
  /** In a lab only: from now on nothing passes between this node and these. */
  z.object({ type: z.literal('cut'), peers: Names, way: CutWay, forMs: z.int().min(0) }),
  /** In a lab only, catalogs: each sync takes so much longer. */
  z.object({ type: z.literal('slowDisk'), syncMs: z.int().min(0), forMs: z.int().min(0) }),
  /** In a lab only: no fault is left. */
  z.object({ type: z.literal('heal') }),
  /** To a gateway: what became of the action it asked for under that number. */
  z.object({ type: z.literal('labDone'), number: z.int(), reply: LabReply }),
  /** Finish what is in flight, accept nothing new, and exit with code 0. */
  z.object({ type: z.literal('drain') }),
]);
export type ToChild = z.infer<typeof ToChild>;

/** How a catalog found its disk: as it left it, new and made its own just now, or empty where it must not be. */
export const DiskFound = z.enum(['present', 'formatted', 'absent']);
export type DiskFound = z.infer<typeof DiskFound>;

export const ToLauncher = z.discriminatedUnion('type', [
  /** Others may dial `url` from now on; `http` is where a gateway's clients find it. */
  z.object({
    type: z.literal('listening'),
    url: z.string(),
    identity: DiskFound.optional(),
    http: z.string().optional(),
  }),
  z.object({ type: z.literal('state'), state: NodeState }),
  /** Of a catalog: the command level that its disk has, or that its log has been raised to. */
  z.object({ type: z.literal('level'), level: z.int().min(1) }),
  /** Starting again would fail in the same way or damage data: a damaged store, say. The process exits. */
  z.object({ type: z.literal('refused'), message: z.string() }),
  /** A fault ends the process now; the message is the fault's own. */
  z.object({ type: z.literal('failed'), message: z.string() }),
  /** Of a gateway in a lab; `labDone` answers under the same number. */
  z.object({ type: z.literal('lab'), number: z.int(), action: LabAction }),
]);
export type ToLauncher = z.infer<typeof ToLauncher>;

/**
 * Hands a message to a child and calls `left` once it has left this process. A child that is gone gets nothing, and its
 * exit is reported elsewhere.
 */
export function tellChild(child: ChildProcess, message: ToChild, left: () => void = () => {}): void {
  if (child.connected) child.send(message, () => left());
}

/** Hands a message to the launcher; resolves once it has left this process. */
export function tellLauncher(message: ToLauncher): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}
