import type { FromReplay, ToReplay } from './protocol.ts';

/** The door to the worker that runs the simulation: it is loaded when the first seed is asked for. */

const SCRIPT = '/simulator.js';

interface ScriptPolicy {
  createScriptURL(path: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL: (path: string) => string }): ScriptPolicy;
}

/** Knows one address only, so that no other can be made a worker of. */
const policy = (globalThis as unknown as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy(
  'simulator',
  {
    createScriptURL: () => SCRIPT,
  },
);

let worker: Worker | undefined;

export function tellSimulator(
  asked: ToReplay,
  hear: (said: FromReplay) => void,
  failed: (words: string) => void,
): void {
  if (!worker) {
    worker = new Worker(policy?.createScriptURL(SCRIPT) ?? SCRIPT, { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromReplay>) => hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker?.terminate();
      worker = undefined;
      failed(
        event.message
          ? `The simulation has failed: ${event.message}`
          : 'The simulator could not be loaded: the store does not answer, or has it not.',
      );
    };
  }
  worker.postMessage(asked);
}
