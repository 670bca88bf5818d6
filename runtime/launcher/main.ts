import { openBundle } from '../bundle.ts';

/** `npm start`. Compiles the programs if that has not been done, and runs the launcher among them. */

const bundle = await openBundle();
const { launch }: typeof import('./launch.ts') = await import(bundle.programs.launcher.href);
process.exitCode = await launch(bundle);
process.exit();
