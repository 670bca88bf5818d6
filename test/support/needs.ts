import { findOnPath } from '../../runtime/launcher/private-redis.ts';

/**
 * A test body that needs a program which not every machine has. Where it is missing the test is skipped by name;
 * the runner counts it, and fails it on the machine that must run everything (`CI=true`).
 */
export function needs(program: string, name: string, work: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    if (await findOnPath(program)) await work();
    else process.stdout.write(`\nSKIP ${name} (no ${program} on the PATH)\n`);
  };
}
