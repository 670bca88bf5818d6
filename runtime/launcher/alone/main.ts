import type { Bundle } from '../../bundle/open-bundle.cjs';
import { runNode } from './run-node.ts';

/** `npm run node`. */
export async function startNode(bundle: Bundle): Promise<never> {
  process.exit(await runNode(bundle));
}
