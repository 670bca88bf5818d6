import type { Caller, Context } from './context.ts';
import type { Answer, Operation } from './operations/operation.ts';
import { busyMsOfAnswer, busyMsOfAudit, type Place } from './pages.ts';
import type { StoreVersion } from './store-versions.ts';

/** An answer, and the place of a heavy one among the heavy reads of all clients. */
export interface Performed {
  readonly answer: Answer;
  /** To be told what the answer came to, and that it has left to the socket. */
  readonly place?: { written(bytes: number, writingMs: number): void } & Pick<Place, 'left'>;
}

/**
 * Runs an operation: at once, or where its answer may be large when its turn has come. Such an answer keeps its
 * place until it has left, so that answers that nobody reads do not gather in memory.
 */
export async function perform(
  context: Context,
  operation: Operation,
  given: object,
  caller: Caller,
): Promise<Performed> {
  const { clock, limits } = context;
  const arrived = clock.monotonic();
  const deadline = arrived + limits.readDeadlineMs;
  const call = { caller, deadline };
  const params = await reached(context, given, deadline);
  const run = () => operation.run(context, params, call);
  const { heavy } = operation;
  if (!heavy) return { answer: await run() };
  const light = await operation.light?.(context, params, call);
  if (light) return { answer: light };

  // What gets its turn has half of its time left.
  const place = await context[heavy].take(caller.reader(heavy), arrived + limits.readDeadlineMs / 2);
  const started = clock.monotonic();
  try {
    const answer = await run();
    const ranMs = clock.monotonic() - started;
    return { answer, place: { written: writtenAt(place, heavy, ranMs), left: place.left } };
  } catch (error) {
    place.left();
    throw error;
  }
}

/** The parameters without the version that has to be reached first. */
export function reached(
  { storeVersions }: Context,
  given: object,
  deadline: number,
): object | Promise<object> {
  if (!('minVersion' in given)) return given;
  const { minVersion, ...params } = given as { minVersion?: StoreVersion };
  return minVersion === undefined ? params : storeVersions.reach(minVersion, deadline).then(() => params);
}

/** An audit keeps the catalogs busy and its answer is small; with other reads it is the answer that costs. */
function writtenAt(place: Place, heavy: 'pages' | 'audits', ranMs: number) {
  return (bytes: number, writingMs: number): void => {
    if (heavy === 'audits') place.made(0, busyMsOfAudit(ranMs));
    else place.made(bytes, busyMsOfAnswer(writingMs));
  };
}
