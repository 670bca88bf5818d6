import type { FiguresAnswer } from '../../../runtime/watch-answers.ts';

/**
 * The protocol between the worker that runs a seed and the page that shows it. A moment of a run is the number of
 * events that were taken; times are simulated milliseconds.
 */

export const ACTS = ['kill', 'pause', 'cut', 'mute', 'wipe', 'slow', 'buy'] as const;
export type ActName = (typeof ACTS)[number];

/** A fault, or a purchase, that is put into a run behind an event. */
export interface Act {
  readonly after: number;
  readonly name: ActName;
  readonly node: string;
}

/** Which run it is: the same name gives the same run on every machine. */
export interface RunName {
  readonly seed: number;
  readonly acts: readonly Act[];
}

/** What an event was, as bits. */
export const KIND = {
  message: 1,
  fault: 2,
  election: 4,
  commit: 8,
  violation: 16,
  /** Heartbeats, and timers that change nothing. */
  quiet: 32,
  answer: 64,
} as const;

export interface EventLine {
  readonly n: number;
  readonly at: number;
  readonly kind: number;
  readonly process: string;
  readonly text: string;
  /** The message's letter in the picture; none for a timer. */
  readonly letter?: string;
}

/** A frame on its way from one process to another. */
export interface FlightView {
  readonly from: string;
  readonly to: string;
  readonly letter: string;
  readonly isQuiet: boolean;
  /** How much of its way is behind it, from 0 to 1. */
  readonly part: number;
}

export interface EntryView {
  readonly index: number;
  readonly term: number;
  readonly text: string;
}

export interface DiskView {
  readonly records: number;
  readonly state: string;
}

/** What a process has beside its figures. */
export interface NodeView {
  readonly id: string;
  readonly fault: string | null;
  readonly clock: string;
  readonly disk?: DiskView;
  /** The end of the log, the newest last. */
  readonly tail?: readonly EntryView[];
}

export interface Verdict {
  readonly name: string;
  readonly state: 'held' | 'broken' | 'open';
  readonly says: string;
}

/** Everything that is shown of one moment. */
export interface Moment {
  readonly n: number;
  readonly at: number;
  /** The trace's hash up to here; Node has the same. */
  readonly hash: string;
  readonly figures: FiguresAnswer;
  readonly nodes: readonly NodeView[];
  /** Directions in which nothing arrives, as `from>to`. */
  readonly blocked: readonly string[];
  readonly flights: readonly FlightView[];
  readonly verdicts: readonly Verdict[];
}

export interface Mark {
  readonly n: number;
  readonly at: number;
  readonly kind: number;
  readonly text: string;
}

/** A stretch of a process's life in one role or state. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: string;
}

/** The whole run at a glance. */
export interface Timeline {
  readonly plan: string;
  readonly events: number;
  readonly endsAt: number;
  readonly hash: string;
  readonly failure: string | null;
  /** When each event was taken, and what it was. */
  readonly times: Float64Array;
  readonly kinds: Uint8Array;
  readonly marks: readonly Mark[];
  readonly lanes: readonly { readonly id: string; readonly stretches: readonly Stretch[] }[];
}

export type ToReplay =
  | { readonly type: 'open'; readonly run: RunName; readonly n: number }
  /** The moment, and the last lines before it. */
  | { readonly type: 'show'; readonly n: number; readonly quiet: boolean }
  /** The message of one event, whole. */
  | { readonly type: 'read'; readonly n: number };

export type FromReplay =
  | { readonly type: 'progress'; readonly events: number; readonly at: number }
  | { readonly type: 'timeline'; readonly timeline: Timeline }
  | { readonly type: 'moment'; readonly moment: Moment; readonly lines: readonly EventLine[] }
  | { readonly type: 'message'; readonly n: number; readonly text: string | null }
  /** It cannot be done, in plain words. */
  | { readonly type: 'refused'; readonly n: number; readonly words: string };
