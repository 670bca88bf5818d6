import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What stands in a browser for the parts of Node that the simulated store takes, as a plug-in of esbuild. Plain
 * JavaScript, as `make-page.mjs`, which uses it.
 */

const HERE = join(dirname(fileURLToPath(import.meta.url)), 'node');
const STANDS_FOR = {
  'node:crypto': 'crypto.ts',
  'node:zlib': 'crc32.ts',
  'node:events': 'files.ts',
  'node:fs': 'files.ts',
  'node:readline': 'files.ts',
  pino: 'pino.ts',
};

export const browserParts = {
  name: 'browser parts',
  setup(build) {
    build.onResolve({ filter: /^(node:.*|pino)$/ }, ({ path }) => {
      const file = STANDS_FOR[path];
      if (file === undefined) return { errors: [{ text: `nothing stands for ${path} in a browser` }] };
      return { path: join(HERE, file) };
    });
    // The words of zod in forty languages are half of all there is; the simulation reads none of them.
    build.onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/** For `inject`: what Node has everywhere. */
export const NODE_GLOBALS = join(HERE, 'globals.ts');
