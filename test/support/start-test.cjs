// Runs one test file as the store's own programs start: tsx's hook for `require` costs half a second less of the processor
// than the one for `import`, which runs in a thread of its own.
require('tsx/cjs');
require(require('node:path').resolve(process.argv[2]));
