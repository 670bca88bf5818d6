import { checkBooksFile } from '../../client/files/books-file.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { systemClock } from '../../runtime/clock.ts';

const PIECE_ROWS = 1_000;
const MIB = 1024 * 1024;

/**
 * Reads so many rows of books twice, as an import does, from a file that is nowhere whole. Told is how much memory it took;
 * resolves to the most that the process had, in MiB.
 */
export async function readRows(rows: number, report: (line: string) => void): Promise<number> {
  const began = systemClock.cpu();
  const source = { read: () => pieces(rows) };
  const file = await checkBooksFile(source, { format: 'csv', limits: DEFAULT_CLIENT_LIMITS });
  let read = 0;
  for await (const _ of file.books()) read++;
  const most = process.resourceUsage().maxRSS / 1024;
  const heap = process.memoryUsage().heapUsed / MIB;
  const seconds = (systemClock.cpu() - began) / 1000;
  report(
    `${read} of ${file.index.count} rows read twice: ${seconds.toFixed(1)} s of the processor; heap ${heap.toFixed(0)}, ` +
      `resident ${most.toFixed(0)} MiB at most`,
  );
  return most;
}

function* pieces(rows: number): Iterable<Uint8Array> {
  yield Buffer.from('title,authors,topic,year,price,stock\n');
  for (let from = 0; from < rows; from += PIECE_ROWS) {
    const count = Math.min(PIECE_ROWS, rows - from);
    const lines = Array.from({ length: count }, (_, at) => {
      const row = from + at;
      return `The volume ${row} of all there are,Author ${row % 5_000},topic ${row % 200},1999,12.50,${row % 50}\n`;
    });
    yield Buffer.from(lines.join(''));
  }
}
