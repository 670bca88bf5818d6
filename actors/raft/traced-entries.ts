import type { NodeId } from '../../runtime/links/mesh.ts';
import type { OpenStep, SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import type { Raft, ReplicaEvent } from './core/raft.ts';

/**
 * The traced commands in a leader's log. Messages between replicas carry entries of many commands and no traces, so the
 * leader notes by its own clock what it sees of each traced entry: when it went to whom and into which batch, who
 * acknowledged it, and when it was committed. While `size` is 0 nobody needs to call anything here but `take`.
 */
export interface TracedEntries {
  readonly size: number;
  /** The command has become the entry at `index`. */
  take(index: number, recorder: SpanRecorder): void;
  /** A batch of so many operations goes to the disk, with all entries that no batch before took. */
  batchBegan(operations: number): void;
  /** To be called after an event, before its effects are performed. */
  look(event: ReplicaEvent): void;
  applied(index: number): void;
  forget(): void;
}

interface TracedEntry {
  readonly recorder: SpanRecorder;
  /** Followers that it was sent to. */
  readonly sent: Map<NodeId, OpenStep>;
  batch: OpenStep | undefined;
  /** Who has it durably. */
  readonly holders: Set<NodeId>;
  isCommitted: boolean;
}

export function createTracedEntries(raft: Raft): TracedEntries {
  const entries = new Map<number, TracedEntry>();

  function noteSending(index: number, { recorder, sent }: TracedEntry): void {
    for (const effect of raft.effects) {
      if (effect.type !== 'broadcast') continue;
      const { prevIndex, entries } = effect.body;
      if (index <= prevIndex || index > prevIndex + entries.length) continue;
      for (const to of effect.to) if (!sent.has(to)) sent.set(to, recorder.begin('replicate', undefined, to));
    }
  }

  function noteEvent(index: number, { batch, sent, holders }: TracedEntry, event: ReplicaEvent): void {
    if (event.type === 'batch.synced' && event.lastIndex >= index) {
      batch?.end();
      holders.add(raft.self);
    }
    if (event.type === 'append.answered' && event.ok && event.match >= index) {
      sent.get(event.from)?.end();
      holders.add(event.from);
    }
  }

  return {
    get size() {
      return entries.size;
    },
    take(index, recorder) {
      recorder.mark('append', { index });
      entries.set(index, {
        recorder,
        sent: new Map(),
        batch: undefined,
        holders: new Set(),
        isCommitted: false,
      });
    },
    batchBegan(operations) {
      for (const entry of entries.values()) entry.batch ??= entry.recorder.begin('batch', { operations });
    },
    look(event) {
      for (const [index, entry] of entries) {
        noteSending(index, entry);
        noteEvent(index, entry, event);
        if (entry.isCommitted || raft.commit < index) continue;
        entry.isCommitted = true;
        const by = [...entry.holders].sort().join(', ');
        entry.recorder.mark('commit', { index, by, of: raft.peers.length + 1 });
      }
    },
    applied(index) {
      entries.get(index)?.recorder.mark('apply', { index });
      entries.delete(index);
    },
    forget: () => entries.clear(),
  };
}
