import { register } from 'node:module';
import { tsImport } from 'tsx/esm/api';

/**
 * Takes the place of `--import tsx` and switches on the mutant that BAZAR_MUTANT names:
 *
 *     BAZAR_MUTANT=acknowledged-before-sync node --import ./test/mutants/register.js test/simulation/main.ts
 *
 * A name that is not in the table, or lines that are not found, end the process here.
 */
const { mutatedSources } = await tsImport('./swap.ts', import.meta.url);
const { mutantNamed } = await tsImport('./table.ts', import.meta.url);

const name = process.env.BAZAR_MUTANT;
const data = mutatedSources(mutantNamed(name));
// Hooks run from the last to the first: tsx comes later, and gets the text from this one.
register('./hook.js', import.meta.url, { data });
await import('tsx');
