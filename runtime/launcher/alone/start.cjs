// The way in: TypeScript by tsx's hook for `require`. The one for `import` runs in a thread of its own and costs five times as much.
require('tsx/cjs');
require('./main.ts');
