import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { StatePlace } from '../../../actors/catalog/whole-state.ts';
import { StartRefused } from '../../errors.ts';
import { PROGRAM_VERSION } from '../../format.ts';
import { StoreCurrency } from '../store-currency.ts';

/**
 * A backup as a file: lines of text, each the CRC-32 of everything up to and with it, in eight hexadecimal digits, and then
 * JSON. The first line says of what store and what place in its log it is, the last how many records lie between. So a
 * file that was cut off, or is not what was written, is recognised without a look into any record.
 */
const FILE_FORMAT = 1;
const SUM_DIGITS = 8;
/** A line has one piece of the state, and so never comes near it. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;
const FILE_MODE = 0o600;

const Index = z.int().min(0);
const BackupHeader = z.object({
  backup: z.literal('bazar'),
  format: z.int(),
  /** The version of the program that wrote it, and when, in ms of its wall time. */
  program: z.string(),
  at: z.int(),
  cluster: z.string(),
  engine: z.enum(['raft', 'etcd']),
  /** Which log of an etcd the place is of. */
  generation: z.int().min(1).optional(),
  position: z.object({
    index: Index,
    term: Index,
    sum: Index,
    place: z.object({ cursor: Index, ordinal: Index }).optional(),
  }),
  level: z.int().min(1),
  digest: z.string().regex(/^[0-9a-f]{24}$/),
  checksum: Index,
  currency: StoreCurrency.optional(),
});
export type BackupHeader = z.infer<typeof BackupHeader> & StatePlace;

/** What a header is made of by whoever has the state. */
export type StateOrigin = Omit<BackupHeader, 'backup' | 'format' | 'program'>;

const LastLine = z.strictObject({ records: Index });
const Records = z.array(z.tuple([z.string(), z.string()]));

export type StatePiece = readonly (readonly [key: string, value: string])[];

/** A state that can be read from its beginning as often as it is wanted. */
export interface StateSource {
  readonly origin: StateOrigin;
  /** Throws `StartRefused` for what is not what was written. */
  pieces(): AsyncGenerator<StatePiece>;
}

/** The lines of a backup. */
export async function* backupLines({ origin, pieces }: StateSource): AsyncGenerator<string> {
  let sum = 0;
  const line = (value: unknown) => {
    const text = JSON.stringify(value);
    sum = crc32(text, sum);
    return `${digitsOf(sum)}${text}\n`;
  };
  yield line({ backup: 'bazar', format: FILE_FORMAT, program: PROGRAM_VERSION, ...origin });
  let records = 0;
  for await (const piece of pieces()) {
    records += piece.length;
    yield line(piece);
  }
  yield line({ records });
}

/** Writes a backup; the file appears, with its name, when it is whole and on the disk. Resolves to its bytes. */
export async function writeBackup(
  path: string,
  source: StateSource,
  written: (bytes: number) => void,
): Promise<number> {
  const fresh = `${path}.${process.pid}.part`;
  const file = await open(fresh, 'wx', FILE_MODE).catch((error: Error) => {
    throw new StartRefused(`${path} cannot be written: ${error.message}`);
  });
  let bytes = 0;
  try {
    for await (const line of backupLines(source)) {
      await file.writeFile(line);
      bytes += Buffer.byteLength(line);
      written(bytes);
    }
    await file.sync();
    await file.close();
    await rename(fresh, path);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
    return bytes;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Reads the header of a backup; what follows is read by its `pieces`. `read` is told of bytes. */
export async function openBackup(
  path: string,
  read: (bytes: number) => void = () => {},
): Promise<StateSource & { readonly bytes: number }> {
  const { size } = await stat(path).catch((error: Error) => {
    throw new StartRefused(`${path} cannot be read: ${error.message}`);
  });
  const lines = () => linesOf(createReadStream(path, { encoding: 'utf8' }), path);
  return { ...(await readBackup(lines, path, read)), bytes: size };
}

/** As `openBackup`, of lines from anywhere; `name` is for people. */
export async function readBackup(
  lines: () => AsyncGenerator<string>,
  name: string,
  read: (bytes: number) => void = () => {},
): Promise<StateSource> {
  const [first] = await firstOf(checked(lines(), name));
  return {
    origin: readHeader(first, name),
    async *pieces() {
      let records = 0;
      let isWhole = false;
      let isFirst = true;
      for await (const [value, length] of checked(lines(), name)) {
        read(length);
        if (isFirst) {
          isFirst = false;
          continue;
        }
        if (isWhole) throw new StartRefused(`${name} goes on after its end: it is not what was written`);
        const piece = Records.safeParse(value).data;
        if (piece) {
          records += piece.length;
          yield piece;
          continue;
        }
        isWhole = LastLine.safeParse(value).data?.records === records;
        if (!isWhole) throw new StartRefused(`${name} is not what was written: records are missing`);
      }
      if (!isWhole) throw new StartRefused(`${name} is cut off: it ends after ${records} records`);
    },
  };
}

function readHeader(value: unknown, name: string): StateOrigin {
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > FILE_FORMAT) {
    throw new StartRefused(
      `${name} was written by a newer program: its format is ${format}, and this one knows ${FILE_FORMAT}`,
    );
  }
  const header = BackupHeader.safeParse(value).data;
  if (header === undefined) throw new StartRefused(`${name} is not a backup of a store`);
  const { backup: _, format: __, program: ___, ...origin } = header;
  return origin;
}

/** The values of the lines, and their bytes, as long as the sums are right. */
async function* checked(lines: AsyncGenerator<string>, name: string): AsyncGenerator<[unknown, number]> {
  let sum = 0;
  let count = 0;
  for await (const line of lines) {
    const text = line.slice(SUM_DIGITS);
    sum = crc32(text, sum);
    count++;
    if (!line.startsWith(digitsOf(sum))) {
      throw new StartRefused(
        count === 1 ? `${name} is not a backup of a store` : `${name} is cut off or damaged in line ${count}`,
      );
    }
    yield [JSON.parse(text), Buffer.byteLength(line) + 1];
  }
  if (count === 0) throw new StartRefused(`${name} is empty`);
}

/** What has no end of a line after it was cut off, and is given as it is: its sum is wrong then. */
async function* linesOf(chunks: AsyncIterable<string>, name: string): AsyncGenerator<string> {
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const parts = chunk.split('\n');
    for (const part of parts.slice(0, -1)) {
      yield rest.join('') + part;
      rest = [];
      length = 0;
    }
    const last = parts.at(-1)!;
    rest.push(last);
    length += last.length;
    if (length > MAX_LINE_CHARACTERS) throw new StartRefused(`${name} is not a backup of a store`);
  }
  if (length > 0) yield rest.join('');
}

async function firstOf<T>(values: AsyncGenerator<T>): Promise<T> {
  for await (const value of values) return value;
  throw new Error('there is at least one');
}

function digitsOf(sum: number): string {
  return sum.toString(16).padStart(SUM_DIGITS, '0');
}
