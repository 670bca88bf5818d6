import { loadProgram, openBundle } from '../../bundle.ts';

/** `npm run node`. Compiles the programs if that has not been done, and runs one node. */

async function main(): Promise<never> {
  const bundle = await openBundle();
  const { runNode } = await loadProgram<typeof import('./run-node.ts')>(bundle, 'node');
  process.exit(await runNode(bundle));
}

void main();
