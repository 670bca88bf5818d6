import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OptionValues } from 'commander';
import { type Environment, UsageError } from '../../runtime/command-line.ts';
import type { CliCommand } from './command.ts';

/** What proves each role, first the one that allows least. */
const PROOFS = {
  admin: { variables: ['BAZAR_ADMIN_TOKEN'], files: ['admin-token'] },
  reader: { variables: ['BAZAR_READER_TOKEN', 'BAZAR_ADMIN_TOKEN'], files: ['reader-token', 'admin-token'] },
} as const;

/** The token that a command shows: as `--token` says, the environment, or the data directory. Throws a `UsageError`. */
export function tokenFor({ token }: CliCommand, given: OptionValues, env: Environment): string | undefined {
  if (token === undefined) return undefined;
  const { variables, files } = PROOFS[token === 'if given' ? 'reader' : token];
  const shown = given.token ?? variables.map((name) => env[name]).find(Boolean);
  return shown ?? (token === 'if given' ? undefined : readTokenFile(token, variables, files, given.data));
}

function readTokenFile(
  role: string,
  variables: readonly string[],
  files: readonly string[],
  directory: string,
): string {
  const faults: string[] = [];
  for (const name of files) {
    const file = join(directory, name);
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      faults.push(`${file}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  throw new UsageError(
    `this needs the ${role} token: --token, ${variables.join(', ')}, or a data directory (--data); ${faults[0]}`,
  );
}
