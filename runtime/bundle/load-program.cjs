// @ts-check
const fs = require('node:fs');
const { createRequire } = require('node:module');
const vm = require('node:vm');

/**
 * Runs a compiled program. What V8 makes of it, its byte code, is kept beside it, so that the next process need not make
 * it again: V8 takes that only for a text of the same length, of the same version and by the same options. A copy of this
 * file lies in each bundle, whose programs are so as they were while a store runs from them.
 */

/** After so long a program has started, and V8 has not yet thrown away what only the start needed. */
const STARTED_MS = 4_000;

/**
 * @param {string} path Of a text that is a function of `require`, `module`, `exports` and `__filename`.
 * @returns {unknown} What it exports.
 */
function loadProgram(path) {
  const kept = `${path}.cache`;
  const cachedData = readIfThere(kept);
  // The compiler writes ASCII alone.
  const script = new vm.Script(fs.readFileSync(path, 'latin1'), { filename: path, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) keepOnce(script, kept);
  const program = { exports: {} };
  script.runInThisContext()(createRequire(path), program, program.exports, path);
  return program.exports;
}

/**
 * @param {vm.Script} script
 * @param {string} kept
 */
function keepOnce(script, kept) {
  const keep = () => {
    clearTimeout(started);
    process.off('exit', keep);
    try {
      write(script.createCachedData(), kept);
    } catch {
      // It is done without; the next process tries again.
    }
  };
  const started = setTimeout(keep, STARTED_MS).unref();
  process.once('exit', keep);
}

/**
 * Whole or not at all, as several processes may write it.
 *
 * @param {Buffer} bytes
 * @param {string} path
 */
function write(bytes, path) {
  const fresh = `${path}.${process.pid}`;
  const file = fs.openSync(fresh, 'wx', 0o600);
  try {
    fs.writeSync(file, bytes);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(fresh, path);
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}

module.exports = loadProgram;
