/** A logger that says nothing, in the place of `pino`, for the simulation in a browser. */

const quiet = () => {};

const silent = {
  level: 'silent',
  isLevelEnabled: () => false,
  child: () => silent,
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  fatal: quiet,
};

export const pino = Object.assign(() => silent, {
  stdTimeFunctions: { isoTime: () => '' },
  destination: () => undefined,
});
