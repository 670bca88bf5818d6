import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import { superviseProcess } from './supervision.ts';

/**
 * A redis-server of our own: a cache that nobody else can reach (a socket in a folder of its own), that keeps
 * nothing, and that does not outlive the launcher, however that ends.
 */
export interface PrivateRedis {
  /** The socket's path, which ioredis takes as an address. */
  readonly url: string;
  readonly pid: number | undefined;
  /** Sends a signal to the server; false if it does not run just now. */
  signal(name: NodeJS.Signals): boolean;
  stop(): Promise<void>;
}

/**
 * The shell becomes redis-server; beside it stays a subshell that holds our end of a pipe. When the pipe closes
 * (`stop`, or the launcher's death by whatever signal), it ends the server and removes its folder. A line on the
 * pipe says instead that the server has ended by itself, so that its pid is nobody's to kill any more.
 */
const GUARDED_SERVER = `
(read -r line <&3 || { kill -9 $$; rm -rf "$1"; }) &
exec "$0" --port 0 --unixsocket "$1/redis.sock" --unixsocketperm 700 --dir "$1" --save '' --appendonly no \\
  --maxmemory 256mb --maxmemory-policy allkeys-lru --daemonize no 3<&-
`;

/** Starts it, and again should it die; `undefined` where no redis-server is on the PATH. */
export async function startPrivateRedis(ports: {
  clock: Clock;
  limits: Limits;
  logger: Logger;
}): Promise<PrivateRedis | undefined> {
  const { clock, limits, logger } = ports;
  const program = await findOnPath('redis-server');
  if (!program) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'bazar-redis-'));
  let child: ChildProcess | undefined;

  function start(): void {
    const server = spawn('/bin/sh', ['-c', GUARDED_SERVER, program!, folder], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    child = server;
    const lifeline = server.stdio[3] as Duplex;
    lifeline.on('error', () => {});
    server.on('error', (error) =>
      logger.warn({ err: error }, 'the private redis-server could not be started'),
    );
    server.once('spawn', () => supervision.send({ type: 'process.reported' }));
    // `exit` and not `close`: the guard still holds the pipe.
    server.once('exit', () => {
      if (supervision.state === 'up') logger.warn('the private redis-server ended and is started again');
      lifeline.end('ended\n');
      supervision.send({ type: 'process.exited' });
    });
  }

  const supervision = superviseProcess({
    clock,
    limits,
    perform({ kind }) {
      if (kind === 'spawn') start();
      else child?.stdio[3]?.destroy();
    },
  });
  supervision.start();

  return {
    url: join(folder, 'redis.sock'),
    get pid() {
      return child?.pid;
    },
    signal: (name) => child?.kill(name) ?? false,
    async stop() {
      supervision.send({ type: 'end.requested' });
      await supervision.ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The program of that name, as a shell would find it. */
export async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
