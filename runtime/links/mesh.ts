import type { LinkFigures } from '../figures.ts';
import type { AskType, Body, MessageType, Reply, TellType } from '../messages.ts';
import type { SpanRecorder } from '../trace/span-recorder.ts';
import type { StepFacts } from '../trace/trace-span.ts';

export type NodeKind = 'gateway' | 'order' | 'catalog';

/** A node's name: its kind and a number from 1, e.g. `catalog-2`. */
export type NodeId = string;

/** The other end of an open link, as its greeting proved it. */
export interface Peer {
  readonly id: NodeId;
  readonly kind: NodeKind;
  /** Random, made anew when the node's disk is (a catalog) or when its process is (the others). */
  readonly incarnation: string;
  /** The highest command level that its program knows; 1 where it does not say. */
  readonly level?: number;
}

/** What a handler knows beside the body. */
export interface Incoming {
  readonly from: Peer;
  /** Local monotonic time in ms after which nobody waits for the reply. */
  readonly deadline: number;
  /** Notes what the answer takes, where the asker wants to know; it travels back with the answer. */
  readonly trace?: SpanRecorder;
}

/** Answers one ask. Throwing a `BazarError` sends it as it is; anything else is sent as `internal`. */
export type AskHandler<T extends AskType> = (
  body: Body<T>,
  incoming: Incoming,
) => Reply<T> | Promise<Reply<T>>;
/** Handles one tell. It has nobody to report an error to: one that it throws takes the process down. */
export type TellHandler<T extends TellType> = (body: Body<T>, incoming: Incoming) => void;

/**
 * A node's links to all others, under their names. Bounded: an outbox that is full answers `overloaded` instead
 * of growing. Frames of one event-loop turn leave together, and a broadcast is encoded once.
 */
export interface Mesh {
  readonly self: NodeId;

  /** Registers the one handler of a message type. Asks of a type without one are answered `internal`. */
  onAsk<T extends AskType>(type: T, handler: AskHandler<T>): void;
  onTell<T extends TellType>(type: T, handler: TellHandler<T>): void;

  /** Sends and forgets; false if there is no open link or its outbox is full. */
  tell<T extends TellType>(to: NodeId, type: T, body: Body<T>): boolean;
  /** The same to several nodes, encoded once; those without an open link are left out. */
  broadcast<T extends TellType>(to: readonly NodeId[], type: T, body: Body<T>): void;
  /**
   * Asks and waits at most `timeoutMs`. The time left travels along (as a duration, so clocks need not agree).
   * Rejects with a `BazarError`: the receiver's own, or `unreachable` and `overloaded` (it was not sent),
   * `link-lost` and `timeout` (it may have been handled). With `trace` the ask becomes a step of it, called `step`.
   */
  ask<T extends AskType>(
    to: NodeId,
    type: T,
    body: Body<T>,
    timeoutMs: number,
    trace?: TracedAsk,
  ): Promise<Reply<T>>;

  /** The other end of the open link to a node, if there is one; a node's own name gives itself. */
  peer(id: NodeId): Peer | undefined;
  /** Every link that is open or dialled, and those that a peer has to dial again. */
  links(): readonly LinkFigures[];
  /** Called after a link has opened or closed, the closing once its pending asks have failed. */
  observe(observer: LinkObserver): void;

  /**
   * Says where nodes are reached; links to new or moved addresses are dialled, others kept. Nodes that are not
   * named stay where they were, and those that dial this one are left to do so.
   */
  setAddresses(addresses: Readonly<Record<NodeId, string>>): void;
  /** Closes every link and the listener; pending asks fail as `link-lost`. */
  close(): Promise<void>;
}

/** An ask that is to be a step of a trace. */
export interface TracedAsk {
  readonly recorder: SpanRecorder;
  readonly step: string;
  readonly facts?: StepFacts;
}

export interface LinkObserver {
  opened(peer: Peer): void;
  /** `reason` is why, for people. */
  closed(peer: Peer, reason: string): void;
}

export type { AskType, Body, MessageType, Reply, TellType };
