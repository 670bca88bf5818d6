// @ts-check
const { fileURLToPath } = require('node:url');
const { openBundle } = require('./open-bundle.cjs');

/**
 * The way into a program that people start: calls `main` of its module with the bundle. Sources need `tsx` to be loaded.
 *
 * @param {import('./open-bundle.cjs').ProgramName} name
 */
async function start(name) {
  const bundle = openBundle();
  const program = bundle.programs[name];
  if (bundle.fallback !== undefined) (await import('tsx/esm/api')).register();
  const { main } = await (bundle.fallback === undefined
    ? require(fileURLToPath(program))
    : import(program.href));
  await main(bundle);
}

module.exports = start;
