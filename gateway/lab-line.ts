import { BazarError } from '../runtime/errors.ts';
import type { LabAction, LabAnswer, LabReply } from '../runtime/lab.ts';
import type { Limits } from '../runtime/limits.ts';
import type { Waits } from '../runtime/waits.ts';

/** The lab as the gateway knows it: what is asked here, the launcher does. */
export interface LabLine {
  /** Rejects with `lab-refused` where the launcher says why not. */
  ask(action: LabAction): Promise<LabAnswer>;
  /** The launcher's answer to the action of that number. */
  answered(number: number, reply: LabReply): void;
}

export function createLabLine(options: {
  readonly waits: Waits;
  readonly limits: Pick<Limits, 'statusDeadlineMs'>;
  readonly tell: (number: number, action: LabAction) => void;
}): LabLine {
  const { waits, limits, tell } = options;
  const open = new Map<number, (reply: LabReply) => void>();
  let lastNumber = 0;

  return {
    async ask(action) {
      const number = ++lastNumber;
      const answer = new Promise<LabReply>((resolve) => open.set(number, resolve));
      tell(number, action);
      try {
        const reply = await waits.atMost(answer, limits.statusDeadlineMs);
        if ('refused' in reply) throw new BazarError('lab-refused', reply.refused);
        return reply;
      } finally {
        open.delete(number);
      }
    },
    answered: (number, reply) => open.get(number)?.(reply),
  };
}
