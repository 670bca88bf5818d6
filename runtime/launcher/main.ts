import type { Bundle } from '../bundle/open-bundle.cjs';
import { launch } from './launch.ts';

/** `npm start`. */
export async function startLauncher(bundle: Bundle): Promise<never> {
  process.exit(await launch(bundle));
}
