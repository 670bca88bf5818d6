import type { Result } from '../result.ts';
export async function writeReport(_r: Result, _f: string): Promise<string[]> {
  return [];
}
