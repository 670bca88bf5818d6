import { writeFile } from 'node:fs/promises';
import { generateTypes } from './generate.ts';

/** Writes `bazar.d.ts` anew: `node --import tsx test/openapi/main.ts`. */
await writeFile(new URL('bazar.d.ts', import.meta.url), await generateTypes());
