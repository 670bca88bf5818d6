import { loadProgram, openBundle } from '../bundle.ts';

/** `npm start`. Compiles the programs if that has not been done, and runs the launcher among them. */

async function main(): Promise<never> {
  const bundle = await openBundle();
  const { launch } = await loadProgram<typeof import('./launch.ts')>(bundle, 'launcher');
  process.exit(await launch(bundle));
}

void main();
