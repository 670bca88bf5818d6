import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { browserParts, NODE_GLOBALS } from '../../gateway/page/browser-parts.mjs';
import { mutatedSources } from '../mutants/swap.ts';
import { mutantNamed } from '../mutants/table.ts';

/** The simulator's script with a deliberate bug in the store that it runs, under the plan that provokes it. */
export async function mutantScript(name: string): Promise<string> {
  const changed = new Map(
    [...mutatedSources(mutantNamed(name))].map(([url, text]) => [fileURLToPath(url), text]),
  );
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: `
        import { createSession } from './test/simulation/replay/session.ts';
        import { mutantNamed } from './test/mutants/table.ts';
        const session = createSession((said) => postMessage(said), mutantNamed('${name}').change);
        onmessage = ({ data }) => void session.hear(data);
      `,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [mutate(changed), browserParts],
    inject: [NODE_GLOBALS],
  });
  await esbuild.stop();
  return outputFiles[0]!.text;
}

function mutate(changed: ReadonlyMap<string, string>): esbuild.Plugin {
  return {
    name: 'mutant',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
        contents: changed.get(path) ?? (await readFile(path, 'utf8')),
        loader: 'ts',
      }));
    },
  };
}
