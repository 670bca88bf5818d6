// @ts-check
const { createHash } = require('node:crypto');
const {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  utimesSync,
} = require('node:fs');
const { join, resolve } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

/**
 * The programs of the store, each compiled to JavaScript once and not in every process that starts. There is no build
 * step: whoever starts first has the bundle made, and it is named after the content of all that goes into it, so a
 * changed line of source makes another. It lies in `node_modules`, since addons are found from there, and since
 * whoever may write there chooses the code that runs in any case.
 *
 * This is JavaScript, as each start runs it before anything is compiled.
 */

const ROOT = resolve(__dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/bazar');
const SOURCES = ['actors', 'client', 'gateway', 'runtime', 'storage'];
/** What `npm` has installed, and where it was not `npm`, what it was asked for. */
const VERSIONS = ['node_modules/.package-lock.json', 'package-lock.json', 'package.json'];
const PROGRAMS = {
  catalog: 'actors/catalog/main.ts',
  order: 'actors/order/main.ts',
  gateway: 'gateway/main.ts',
  launcher: 'runtime/launcher/main.ts',
  node: 'runtime/launcher/alone/main.ts',
  bazar: 'client/cli/main.ts',
};
const PIECE_BYTES = 1 << 18;
const OTHERS_WRITE = 0o022;

/**
 * @typedef {keyof typeof PROGRAMS} ProgramName
 *
 * @typedef {object} Bundle Where the programs are, each a module.
 * @property {Readonly<Record<ProgramName, URL>>} programs
 * @property {string | undefined} fallback Why these are the sources; undefined for compiled programs.
 */

/**
 * Finds the bundle of the present sources or has it made. Where that cannot be had, the sources themselves serve.
 *
 * @param {URL} [cache]
 * @returns {Bundle}
 */
function openBundle(cache = pathToFileURL(CACHE)) {
  try {
    // Without the slash at its end, which would have a link followed.
    const parent = resolve(fileURLToPath(cache));
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    checkOwned(parent);
    const folder = join(parent, contentHash());
    if (!existsSync(folder)) make(parent, folder);
    checkOwned(folder);
    const now = new Date();
    utimesSync(folder, now, now);
    return { programs: programsIn(folder, (name) => `${name}.cjs`), fallback: undefined };
  } catch (error) {
    return { programs: programsIn(ROOT, (name) => PROGRAMS[name]), fallback: wordsOf(error) };
  }
}

/**
 * In a process of its own: what the compiler needs and leaves behind ends with it.
 *
 * @param {string} parent
 * @param {string} folder
 */
function make(parent, folder) {
  const { execFileSync } = require('node:child_process');
  const maker = join(__dirname, 'make-bundle.cjs');
  execFileSync(process.execPath, [maker, parent, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** @param {any} error */
function wordsOf(error) {
  return error.stderr?.toString().trim() || error.message;
}

/**
 * @param {string} folder
 * @param {(name: ProgramName) => string} fileOf
 * @returns {Bundle['programs']}
 */
function programsIn(folder, fileOf) {
  const names = /** @type {ProgramName[]} */ (Object.keys(PROGRAMS));
  const places = names.map((name) => [name, pathToFileURL(join(folder, fileOf(name)))]);
  return Object.fromEntries(places);
}

/**
 * A folder that somebody else owns or may write to could hold somebody else's programs.
 *
 * @param {string} folder
 */
function checkOwned(folder) {
  const found = lstatSync(folder);
  const own = process.getuid?.();
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (own === undefined) return;
  if (found.uid !== own) throw new Error(`${folder} belongs to another user (${found.uid})`);
  if (found.mode & OTHERS_WRITE) throw new Error(`${folder} can be written to by others`);
}

function contentHash() {
  const listed = SOURCES.flatMap(sourcesIn).sort();
  const hash = createHash('sha256').update(`${process.version}\n`);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (const file of [...VERSIONS, ...listed]) {
    let bytes = 0;
    for (const part of piecesOf(`${ROOT}/${file}`, piece)) {
      hash.update(part);
      bytes += part.length;
    }
    hash.update(`${file} ${bytes}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * Node's own way through folders within folders takes fifteen times as long.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesIn(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(path);
    return /\.[cm]?ts$|\.cjs$/.test(path) ? [path] : [];
  });
}

/**
 * What is in a file, piece by piece in the same memory; nothing where it is not there.
 *
 * @param {string} path
 * @param {Buffer} piece
 */
function* piecesOf(path, piece) {
  let file;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    for (let bytes = piece.length; bytes === piece.length; ) {
      bytes = readSync(file, piece);
      yield piece.subarray(0, bytes);
    }
  } finally {
    closeSync(file);
  }
}

module.exports = { PROGRAMS, openBundle };
