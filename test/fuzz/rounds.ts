/**
 * How much a fuzz test tries: always the same cases, unless `FUZZ_SEED` asks for others and `FUZZ_TIMES` for that
 * many times as many. fast-check names the seed and the path of a failure, and shrinks it.
 */
export function rounds(numRuns: number): { seed: number; numRuns: number; includeErrorInReport: true } {
  const { FUZZ_SEED = '1', FUZZ_TIMES = '1' } = process.env;
  return {
    seed: Number(FUZZ_SEED),
    numRuns: Math.ceil(numRuns * Number(FUZZ_TIMES)),
    includeErrorInReport: true,
  };
}
