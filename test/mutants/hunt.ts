import { simulate } from '../simulation/simulate.ts';
import { mutantNamed } from './table.ts';

/**
 * `hunt.ts NAME FIRST LAST`: runs seeds with the plan that mutant NAME asks for until one fails, and prints how far
 * it came as one line of JSON. Whether the mutant is switched on is decided by how the process was started.
 */
const [name, first, last] = process.argv.slice(2);
const { change } = mutantNamed(name);
let seed = Number(first);
let failure: string | undefined;
for (; ; seed++) {
  failure = (await simulate(seed, change)).failure;
  if (failure !== undefined || seed >= Number(last)) break;
}
process.stdout.write(`${JSON.stringify({ seed, failure })}\n`);
