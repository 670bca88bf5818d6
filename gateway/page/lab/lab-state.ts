import { signal } from '@preact/signals';
import type { LabAction, LabAnswer, LabFault } from '../../../runtime/lab.ts';
import { browserClock } from '../browser-clock.ts';
import { type CallFailure, call } from '../store-socket.ts';

/** What the store's lab says. It is `absent` in a store that was started without it. */

export const labState = signal<'asked' | 'absent' | 'locked' | 'open'>('asked');
export const faults = signal<readonly LabFault[]>([]);

/** No fault lasts longer. */
const LONGEST_MS = 30_000;
const LOOK_AFTER_MS = 100;
let nextLook: number | undefined;

/** Asks whether there is a lab, and what is broken just now. */
export async function lookAtLab(): Promise<void> {
  try {
    await askLab({ do: 'list' });
    labState.value = 'open';
  } catch (thrown) {
    const { code } = thrown as CallFailure;
    if (code === 'not-found') labState.value = 'absent';
    if (code === 'unauthorized') labState.value = 'locked';
  }
}

/** Rejects with a `CallFailure`. */
export async function askLab(action: LabAction): Promise<LabAnswer> {
  const answer = await call<LabAnswer>('lab', action);
  faults.value = answer.faults;
  browserClock.clearTimeout(nextLook);
  if (answer.faults.length > 0) {
    const soonest = answer.faults.reduce((least, { endsInMs }) => Math.min(least, endsInMs), LONGEST_MS);
    nextLook = browserClock.setTimeout(() => void lookAtLab(), soonest + LOOK_AFTER_MS);
  }
  return answer;
}
