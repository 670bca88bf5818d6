import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { childEnvironment } from '../process/environment.ts';
import { UsageError } from './config.ts';

/**
 * A folder of mode 0700 for Unix sockets: who may not enter it cannot connect to anything in it. It is short, since
 * a socket's path has a small limit and data directories may be deep, and it does not outlive its launcher. A guard
 * removes it when the launcher dies; what a killed guard or a power cut left is removed by the next launcher.
 */
export interface SocketFolder {
  readonly path: string;
  /**
   * A path in it on which nobody has ever listened. The one that was given out for this name before is removed: a
   * process gets a new path at each start, so that no former one, alive or dead, is at the address of its successor.
   */
  pathFor(name: string): string;
  /** Removes the folder and everything in it. */
  remove(): Promise<void>;
}

const PREFIX = 'bazar-sock-';
/** A launcher listens on this socket in its folder as long as it lives, which is how others tell that it does. */
const OWNER = 'owner';
/** Bytes of a path in sockaddr_un, without the final zero (unix(7); 104 bytes on the BSDs and macOS). */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
/** Bytes of a socket's name in the folder: the longest are those of proxies between two nodes. */
const MAX_NAME_BYTES = 24;
/** Waits for the pipe to close, which it does even when the launcher is killed by SIGKILL. */
const GUARD = 'read -r line <&3; rm -rf "$1"';

/** Makes the folder in the first place that will do. Throws a `UsageError` if there is none. */
export async function openSocketFolder(places = [tmpdir(), '/tmp']): Promise<SocketFolder> {
  const place = await findPlace(places);
  await removeDead(place);
  const path = await mkdtemp(join(place, PREFIX));
  const owner = await listenAsOwner(path);
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', path], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: childEnvironment(),
  });
  const guardPipe = guard.stdio[3] as Duplex;
  guardPipe.on('error', () => {});
  const guarded = once(guard, 'close').catch(() => {});

  let given = 0;
  const last = new Map<string, string>();
  return {
    path,
    pathFor(name) {
      const former = last.get(name);
      if (former !== undefined) rmSync(former, { force: true });
      const fresh = `${name}.${++given}`;
      if (Buffer.byteLength(fresh) > MAX_NAME_BYTES) throw new Error(`${fresh} is too long for a socket`);
      last.set(name, join(path, fresh));
      return join(path, fresh);
    },
    async remove() {
      owner.close();
      guardPipe.destroy();
      await guarded;
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** The first that is short enough, can stand in a URL as it is, and lets nobody else move what is in it. */
async function findPlace(candidates: readonly string[]): Promise<string> {
  let problem = '';
  for (const candidate of candidates) {
    const place = await realpath(candidate).catch(() => candidate);
    const fault = await faultOf(place);
    if (fault === undefined) return place;
    problem ||= `${place} ${fault}`;
  }
  throw new UsageError(
    `no place for private sockets, since ${problem}: let TMPDIR be a short path of your own, or say --links tcp`,
  );
}

async function faultOf(place: string): Promise<string | undefined> {
  const longest = Buffer.byteLength(join(place, `${PREFIX}XXXXXX`)) + 1 + MAX_NAME_BYTES;
  if (longest > MAX_PATH_BYTES) return 'is too long';
  if (!isPlain(place)) return 'has characters that cannot stand in an address';
  for (let folder = place; ; folder = dirname(folder)) {
    const found = await lstat(folder).catch(() => undefined);
    if (!found?.isDirectory()) return 'is no folder';
    if (found.uid !== 0 && found.uid !== process.getuid?.())
      return `is in the hands of another user (${folder})`;
    const isShared = (found.mode & 0o022) !== 0;
    const isSticky = (found.mode & 0o1000) !== 0;
    if (isShared && !isSticky) return `can be moved away by others (${folder})`;
    if (folder === dirname(folder)) return undefined;
  }
}

function isPlain(path: string): boolean {
  return new URL(`ws+unix:${path}`).pathname === path && !path.includes(':');
}

/** It gets its name once it listens: a socket that is there and refuses is a dead launcher's. */
async function listenAsOwner(folder: string): Promise<Server> {
  const owner = createServer((caller) => caller.destroy()).unref();
  const unborn = join(folder, `${OWNER}.new`);
  owner.listen(unborn);
  await once(owner, 'listening');
  await rename(unborn, join(folder, OWNER));
  return owner;
}

/** Removes the folders of this user whose launcher is dead. One without an owner is being made, and left alone. */
async function removeDead(place: string): Promise<void> {
  const names = await readdir(place).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(PREFIX))) {
    const folder = join(place, name);
    const found = await lstat(folder).catch(() => undefined);
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
    if (await isRefused(join(folder, OWNER)))
      await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const caller = connect(path);
    caller.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    caller.on('connect', () => resolve(false));
    caller.on('connect', () => caller.destroy());
  });
}
