import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What stands in a browser for the parts of Node that the simulated store takes, as a plug-in of esbuild. Plain
 * JavaScript, as `make-page.mjs`, which uses it.
 */

/** What zod makes of schemas elsewhere: the simulation makes no schema of a JSON schema nor the other way round, and compiles none. */
const NEVER_CALLED =
  /zod[/\\]v4[/\\](classic[/\\]from-json-schema|core[/\\](compile|to-json-schema|json-schema-processors))\.js$/;
const EXPORTED = /^export (?:const|class|function) (\w+)|^export \{ \w+ as (\w+) \};/gm;
const HERE = join(dirname(fileURLToPath(import.meta.url)), 'node');
const STANDS_FOR = {
  'node:buffer': 'is-utf8.ts',
  'node:crypto': 'crypto.ts',
  'node:zlib': 'crc32.ts',
  'node:events': 'files.ts',
  'node:fs': 'files.ts',
  'node:readline': 'files.ts',
  isbn3: 'isbn.ts',
  pino: 'pino.ts',
  'prom-client': 'metrics.ts',
};

export const browserParts = {
  name: 'browser parts',
  setup(build) {
    build.onResolve({ filter: /^(node:.*|isbn3|pino|prom-client)$/ }, ({ path }) => {
      const file = STANDS_FOR[path];
      if (file === undefined) return { errors: [{ text: `nothing stands for ${path} in a browser` }] };
      return { path: join(HERE, file) };
    });
    // Nobody there reads what each bound is for.
    build.onLoad({ filter: /runtime[/\\]bounds[/\\][a-z]+-bounds\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/,\s*(?:'[^'\n]*'|"[^"\n]*")(?=\s*[,)])/g, ''),
      loader: 'ts',
    }));
    // Nor does anybody there read what fields, operations and their answers are for.
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(/\b(?:description|summary):\s*(?:'[^'\n]*'|"[^"\n]*")(?:,|(?=\s*\}))/g, '')
        .replace(/^(\s*20\d: \[\s*)(?:'[^'\n]*'|"[^"\n]*")(?=,)/gm, "$1''"),
      loader: 'ts',
    }));
    build.onLoad({ filter: NEVER_CALLED }, async ({ path }) => {
      const names = [...(await readFile(path, 'utf8')).matchAll(EXPORTED)].map(
        ([, name, other]) => name ?? other,
      );
      const contents = `const none = () => ({}); export { ${names.map((name) => `none as ${name}`).join(', ')} };`;
      return { contents, loader: 'js' };
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
