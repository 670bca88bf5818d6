import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Log lines of one node as JSON on standard error; `level` is a pino level. */
export function createLogger(node: string, level: string, destination?: DestinationStream): Logger {
  const options = { level, base: { node }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: true }));
}

/** Says nothing; for tests and the simulation. */
export const silentLogger: Logger = pino({ level: 'silent' });
