import type { Chronology, IdleTime } from './chronology.ts';

/** Time on a line of length 1, on which long idle times are folded to a short and visible break. */
export interface FoldedAxis {
  /** Where a moment is, from 0 to 1. */
  place(us: number): number;
  readonly breaks: readonly (IdleTime & { readonly from: number; readonly to: number })[];
}

/** A folded time has this part of the line, and all together no more than the other. */
const BREAK = 0.05;
const MOST_BREAKS = 0.5;

export function foldedAxis({ totalUs, events, bars, idle }: Chronology): FoldedAxis {
  const ends = [totalUs, ...events.map(({ atUs }) => atUs), ...bars.map(({ toUs }) => toUs)];
  const endUs = ends.reduce((a, b) => Math.max(a, b), 1);
  const broken = Math.min(BREAK, MOST_BREAKS / Math.max(1, idle.length));
  const idleUs = idle.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
  const busyUs = endUs - idleUs;
  const busy = busyUs > 0 ? (1 - broken * idle.length) / busyUs : 0;
  const lengthOf = (us: number, { fromUs, toUs }: IdleTime) =>
    (Math.min(Math.max(us - fromUs, 0), toUs - fromUs) / (toUs - fromUs)) * broken;

  function place(us: number): number {
    let idleBefore = 0;
    let folded = 0;
    for (const time of idle) {
      idleBefore += Math.min(Math.max(us - time.fromUs, 0), time.toUs - time.fromUs);
      folded += lengthOf(us, time);
    }
    return (us - idleBefore) * busy + folded;
  }

  return {
    place,
    breaks: idle.map((time) => ({ ...time, from: place(time.fromUs), to: place(time.toUs) })),
  };
}
