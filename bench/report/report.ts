import type { Result } from '../result.ts';

export async function writeReport(
  _result: Result,
  _folder: string,
  _columns: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  return [];
}
