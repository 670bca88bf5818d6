// @ts-check
const { fileURLToPath } = require('node:url');
const { openBundle } = require('./open-bundle.cjs');

/**
 * The way into a program that people start: calls `begin` with its module and the bundle. Sources need `tsx` to be loaded.
 *
 * @param {import('./open-bundle.cjs').ProgramName} name
 * @param {(program: any, bundle: import('./open-bundle.cjs').Bundle) => Promise<void>} begin
 */
async function start(name, begin) {
  const bundle = openBundle();
  const program = bundle.programs[name];
  if (bundle.fallback === undefined) return begin(require(fileURLToPath(program)), bundle);
  (await import('tsx/esm/api')).register();
  return begin(await import(program.href), bundle);
}

module.exports = start;
