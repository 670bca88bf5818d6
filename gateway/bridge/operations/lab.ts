import { BazarError } from '../../../runtime/errors.ts';
import { LabAction, LabAnswer } from '../../../runtime/lab.ts';
import { operation, QUERY } from './operation.ts';

/** Faults on purpose, for a store that was started with `--lab`. */
export function labOperations() {
  return {
    lab: operation({
      summary: 'Break something on purpose, or end every fault',
      kind: { ...QUERY, readOnly: false, inTurn: false },
      route: 'POST /lab',
      params: LabAction,
      answers: { 200: ['What was done, and which faults there are.', LabAnswer] },
      errors: ['lab-refused', 'malformed-json', 'unsupported-media-type', 'too-large'],
      role: 'admin',
      async run({ lab }, action, { caller }) {
        if (!caller.isLocal) throw new BazarError('lab-refused', 'The lab is for programs of this machine.');
        const answer = await lab!.ask(action);
        return { body: () => answer };
      },
    }),
  };
}
