import { type BookList, bookList, notesOf } from '../../client/files/books-file.ts';
import { openBooksFile } from '../../client/files/open-books-file.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { SAMPLE_BOOKS } from '../../client/sample-books.ts';
import type { Bundle } from '../bundle/open-bundle.cjs';
import { stayAlive, systemClock } from '../clock.ts';
import { BazarError, StartRefused } from '../errors.ts';
import { type LogFormat, logDestination } from '../log-text.ts';
import { createLogger, type Logger } from '../logger.ts';
import { collectAtRest } from '../process/collect-at-rest.ts';
import { systemRandom } from '../random.ts';
import { accessWarning } from './access.ts';
import { startCluster } from './cluster.ts';
import { type Config, helpText, readConfig, UsageError } from './config.ts';
import { currencyIn } from './data-directory.ts';
import { readyLine } from './ready-line.ts';

/** The whole store on this machine, until it is told to stop. */

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C arrives twice under npm, from the terminal and from npm: what comes this soon is no second wish. */
const SAME_WISH_MS = 500;

/** Runs a store of these programs; resolves to the exit code. */
export async function launch({ programs, fallback }: Bundle): Promise<number> {
  stayAlive();
  try {
    const config = readConfig(process.argv.slice(2), process.env);
    if (config === 'help') {
      process.stdout.write(helpText());
      return 0;
    }
    const logFormat = config.logFormat ?? (process.stderr.isTTY ? 'text' : 'json');
    const logger = createLogger('launcher', config.logLevel, logDestination(logFormat));
    if (fallback !== undefined)
      logger.debug(`no compiled programs, each process compiles its own: ${fallback}`);
    const books =
      config.books === undefined ? bookList(SAMPLE_BOOKS) : await readBooks(config, config.books, logger);
    return await serve(config, programs, books, logFormat, logger);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StartRefused)) throw error;
    process.stderr.write(`bazar: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Resolves to the exit code once every process has ended. */
async function serve(
  config: Config,
  programs: Bundle['programs'],
  books: BookList,
  logFormat: LogFormat,
  logger: Logger,
): Promise<number> {
  const wish = firstSignal();
  const ports = { clock: systemClock, random: systemRandom, logger };
  const warning = accessWarning(config.access, config.host);
  if (warning) logger.warn(warning);
  const store = await startCluster({ config, programs, books, logFormat, ...ports });
  const announced = store.ready.then((ready) => process.stdout.write(`${readyLine(config, ready)}\n`));
  collectAtRest({ clock: systemClock });

  try {
    const signal = await Promise.race([wish, announced.then(() => Promise.race([wish, store.broken]))]);
    logger.info(`${signal}: finishing what is in flight`);
  } finally {
    const forced = nextSignal(store.kill);
    await store.stop();
    forced();
  }
  logger.info('stopped');
  return 0;
}

/** The first signal to stop. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve(signal));
  });
}

/** Calls `run` for a signal to stop that is not the echo of the one just handled; returns the way to call it off. */
function nextSignal(run: () => void): () => void {
  const from = systemClock.monotonic() + SAME_WISH_MS;
  const hear = () => {
    if (systemClock.monotonic() > from) run();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, hear);
  };
}

/** The books of a file, all or none: a bad row is named before anything has started. */
async function readBooks(config: Config, path: string, logger: Logger): Promise<BookList> {
  const currency = config.currency ?? (await currencyIn(config.dataDirectory));
  try {
    const file = await openBooksFile(path, { limits: DEFAULT_CLIENT_LIMITS, decimals: currency?.decimals });
    for (const note of notesOf(file)) logger.warn(`${path}: ${note}`);
    return file;
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${path}${error instanceof BazarError ? '' : ' cannot be read'}: ${message}`);
  }
}
