// As the store's own programs start: tsx's hook for `require` costs a fifth of the one for `import`.
require('tsx/cjs');
require('./tiny-node.ts');
