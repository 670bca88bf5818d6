import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Point, PointOptions } from './point.ts';

/** Whether the simulator is the simulation: hashes in Chromium and in Node (`npm run hashes`). */
export async function equalSeeds({ seeds }: PointOptions): Promise<Point[]> {
  const script = fileURLToPath(new URL('../hashes.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--seeds', String(seeds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  const [last = 'it has said nothing'] = said.trim().split('\n').slice(-1);
  return [
    {
      name: `seeds 1 to ${seeds} in Chromium and in Node`,
      measured: last,
      bound: `${seeds} of ${seeds}`,
      ok: code === 0,
    },
  ];
}
