import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of one LevelDB directory, as the checks before its opening read them. */
export interface Files {
  readonly directory: string;
  /**
   * A file's bytes, which are good until the next one is read; none if it has gone meanwhile, as files of a database in use
   * do.
   */
  read(name: string): Promise<Buffer>;
}

/** All are read into one place: giving each its own memory took as long as reading it. */
export function filesIn(directory: string): Files {
  let room = Buffer.alloc(0);
  return {
    directory,
    async read(name) {
      const file = await open(join(directory, name)).catch(nothingThere(undefined));
      if (file === undefined) return Buffer.alloc(0);
      try {
        const { size } = await file.stat();
        if (room.length < size) room = Buffer.allocUnsafeSlow(size);
        let length = 0;
        while (length < size) {
          const { bytesRead } = await file.read(room, length, size - length, length);
          if (bytesRead === 0) break;
          length += bytesRead;
        }
        return room.subarray(0, length);
      } finally {
        await file.close();
      }
    },
  };
}

export function nothingThere<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead;
    throw error;
  };
}
