// Runs test files one after the other in this process, as the store's own programs start: tsx's hook for `require` costs
// half a second less of the processor than the one for `import`, which runs in a thread of its own. What the files
// import is loaded once. A file begins when the one before has ended: its tests are over, and nothing of it is left that
// would keep the process alive. `run-file.ts` reads the marks between them.
require('tsx/cjs');
globalThis.UVU_DEFER = true;
const { writeSync } = require('node:fs');
const { resolve } = require('node:path');
const { exec } = require('uvu');
const { END, NEXT } = require('./marks.ts');

const files = process.argv.slice(2);
let isOver = true;

process.on('beforeExit', () => {
  // Tests that wait for what never comes are a failure; uvu says so at the end of the process.
  if (!isOver || files.length === 0) return;
  writeSync(1, `${END}${process.exitCode ?? 0}${NEXT}`);
  writeSync(2, NEXT);
  process.exitCode = 0;
  // Begun right here, a file that needs no turn of the loop would be the last.
  setImmediate(begin);
});
begin();

function begin() {
  const file = files.shift();
  globalThis.UVU_QUEUE = [[null]];
  isOver = false;
  require(resolve(file));
  // Where the file forgot to run its tests they would stay, and be run as another's: this process ends.
  if (globalThis.UVU_QUEUE[0].length === 1) return;
  exec().then(() => {
    isOver = true;
  });
}
