// @ts-check
const fs = require('node:fs');
const { join, resolve } = require('node:path');
const { buildSync } = require('esbuild');
const { PROGRAMS } = require('./open-bundle.cjs');

/** Makes a bundle, as a process of its own: `make-bundle.cjs PARENT FOLDER`. What fails is said in one line. */

/** Addons are not JavaScript, and the client of etcd reads a file beside its own. */
const EXTERNAL = ['etcd3', 'classic-level', 'tsx', 'esbuild'];
/** Bundles, the latest used first, that are kept for stores that still run from them. */
const KEPT_BUNDLES = 4;
const LOADER = 'load-program.cjs';
/** What modules say `import.meta.url` for. */
const FILE_URL = "const __fileUrl = require('node:url').pathToFileURL(__filename).href;";

/**
 * Whole or not at all: what is made under another name, and synced, is renamed into place. Who comes second finds it there.
 *
 * @param {string} parent
 * @param {string} folder
 */
function makeBundle(parent, folder) {
  const fresh = fs.mkdtempSync(join(parent, 'new-'));
  try {
    compile(fresh);
    fs.copyFileSync(join(__dirname, LOADER), join(fresh, LOADER));
    for (const name of Object.keys(PROGRAMS)) fs.writeFileSync(join(fresh, `${name}.cjs`), entryOf(name));
    for (const name of fs.readdirSync(fresh)) sync(join(fresh, name));
    putInPlace(fresh, folder);
    dropOld(parent);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * What Node runs, or another program loads.
 *
 * @param {string} name
 */
function entryOf(name) {
  return `module.exports = require('./${LOADER}')(require('node:path').join(__dirname, '${name}.js'));\n`;
}

/** @param {string} outdir */
function compile(outdir) {
  buildSync({
    absWorkingDir: resolve(__dirname, '../..'),
    entryPoints: PROGRAMS,
    outdir,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: `node${process.versions.node}`,
    external: EXTERNAL,
    // What is loaded later is required: Node does not find modules for a text that it runs from kept byte code.
    supported: { 'dynamic-import': false },
    // What the loader expects: a function of what a CommonJS module is given.
    banner: { js: `(function (require, module, exports, __filename) { ${FILE_URL}` },
    footer: { js: '})' },
    define: { 'import.meta.url': '__fileUrl' },
    logLevel: 'silent',
  });
}

/** @param {string} path */
function sync(path) {
  const file = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

/**
 * @param {string} fresh
 * @param {string} folder
 */
function putInPlace(fresh, folder) {
  try {
    fs.renameSync(fresh, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  }
}

/** @param {string} parent */
function dropOld(parent) {
  const names = fs.readdirSync(parent).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const ages = names.map((name) => ({ name, at: fs.lstatSync(join(parent, name)).mtimeMs }));
  const old = ages.sort((a, b) => b.at - a.at).slice(KEPT_BUNDLES);
  for (const { name } of old) fs.rmSync(join(parent, name), { recursive: true, force: true });
}

const [parent = '', folder = ''] = process.argv.slice(2);
try {
  makeBundle(parent, folder);
} catch (error) {
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
