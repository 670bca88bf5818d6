import { afterUpdate } from './after-update.ts';
import { byClients } from './by-clients.ts';
import { distribution } from './distribution.ts';
import type { Experiment } from './experiment.ts';
import { responseTime } from './response-time.ts';

/** The figures of the report, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [responseTime, distribution, afterUpdate, byClients];
