import type { OpenStep, SpanRecorder } from '../../runtime/trace/span-recorder.ts';

/**
 * The traced commands in the batches that a replica has in hand. What goes into the log carries no traces, so the replica
 * notes by its own clock what it sees of each: gathered into a batch, given to the engine until that acknowledges it or
 * delivers it, delivered, applied. One step follows the other. While `size` is 0 nobody needs to call anything here but
 * `take`.
 */
export interface TracedBatches {
  readonly size: number;
  /** Commands have become the batch `id`. */
  take(id: string, commands: readonly { readonly trace: TracedCommand | undefined }[]): void;
  /** The engine is given the batch, for the first time or again. */
  appending(id: string): void;
  acknowledged(id: string): void;
  failed(id: string, error: string): void;
  /** It is to be appended again after a while. */
  pausing(id: string): void;
  delivered(id: string, ordinal: number): void;
  /** It is applied behind the entry `index`. */
  applied(id: string, index: number): void;
  /** Nobody waits for it any more. */
  forget(id: string): void;
}

export interface TracedCommand {
  readonly recorder: SpanRecorder;
  /** It waits for its batch. */
  readonly gathering: OpenStep;
}

/** A traced command, and the step that it is in. */
interface TracedPlace {
  readonly recorder: SpanRecorder;
  /** From 0, within its batch. */
  readonly at: number;
  step: OpenStep;
}

interface TracedBatch {
  readonly places: readonly TracedPlace[];
  attempts: number;
  isDelivered: boolean;
}

/** The one who is asked, in a trace. */
const LOG = 'log';

export function createTracedBatches(): TracedBatches {
  const batches = new Map<string, TracedBatch>();

  /** What was delivered is in the log, whatever becomes of an attempt to append it. */
  function undelivered(id: string): readonly TracedPlace[] {
    const batch = batches.get(id);
    return batch && !batch.isDelivered ? batch.places : [];
  }

  return {
    get size() {
      return batches.size;
    },
    take(id, commands) {
      const places: TracedPlace[] = [];
      for (const [at, { trace }] of commands.entries()) {
        if (trace === undefined) continue;
        trace.gathering.end({ facts: { commands: commands.length } });
        places.push({ recorder: trace.recorder, at, step: trace.gathering });
      }
      if (places.length > 0) batches.set(id, { places, attempts: 0, isDelivered: false });
    },
    appending(id) {
      const batch = batches.get(id);
      if (batch) batch.attempts++;
      for (const place of undelivered(id)) {
        place.step.end();
        place.step = place.recorder.begin('log', { attempt: batch!.attempts }, LOG);
      }
    },
    acknowledged(id) {
      for (const place of undelivered(id)) {
        place.step.end();
        place.step = place.recorder.begin('follow');
      }
    },
    failed(id, error) {
      for (const { step } of undelivered(id)) step.end({ error });
    },
    pausing(id) {
      for (const place of undelivered(id)) place.step = place.recorder.begin('again');
    },
    delivered(id, ordinal) {
      for (const place of undelivered(id)) {
        place.step.end({ facts: { ordinal } });
        place.step = place.recorder.begin('delivered', { ordinal });
      }
      const batch = batches.get(id);
      if (batch) batch.isDelivered = true;
    },
    applied(id, index) {
      for (const { recorder, at, step } of batches.get(id)?.places ?? []) {
        step.end();
        recorder.mark('apply', { index: index + at + 1 });
      }
      batches.delete(id);
    },
    forget(id) {
      for (const { step } of batches.get(id)?.places ?? []) step.end({ error: 'timeout' });
      batches.delete(id);
    },
  };
}
