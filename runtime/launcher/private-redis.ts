import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Happening } from '../happenings.ts';
import type { Limits } from '../limits.ts';
import type { Logger } from '../logger.ts';
import { childEnvironment } from '../process/environment.ts';
import type { SocketFolder } from './socket-folder.ts';
import { superviseProcess } from './supervision.ts';

/**
 * A redis-server of our own: a cache that nobody else can reach (a socket in the launcher's private folder), that
 * keeps nothing, and that does not outlive the launcher, however that ends.
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
 * (`stop`, or the launcher's death by whatever signal), it ends the server. A line on the pipe says instead that the
 * server has ended by itself, so that its pid is nobody's to kill any more.
 */
const GUARDED_SERVER = `
(read -r line <&3 || kill -9 $$) &
exec "$0" --port 0 --unixsocket "$1" --unixsocketperm 700 --dir "$2" --save '' --appendonly no \\
  --maxmemory 256mb --maxmemory-policy allkeys-lru --daemonize no 3<&-
`;

/** Starts it, and again should it die; `undefined` where no redis-server is on the PATH. */
export async function startPrivateRedis(ports: {
  sockets: SocketFolder;
  clock: Clock;
  limits: Limits;
  logger: Logger;
  happened: (happening: Happening) => void;
}): Promise<PrivateRedis | undefined> {
  const { sockets, clock, limits, logger, happened } = ports;
  const program = await findOnPath('redis-server');
  if (!program) return undefined;
  const path = sockets.pathFor('redis');
  let child: ChildProcess | undefined;
  let hasEnded = false;

  function start(): void {
    const server = spawn('/bin/sh', ['-c', GUARDED_SERVER, program!, path, sockets.path], {
      detached: true,
      env: childEnvironment(),
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    child = server;
    const guardPipe = server.stdio[3] as Duplex;
    guardPipe.on('error', () => {});
    server.on('error', (error) =>
      logger.warn({ err: error }, 'the private redis-server could not be started'),
    );
    server.once('spawn', () => {
      if (hasEnded) happened({ kind: 'processRestarted', node: 'redis', facts: { pid: server.pid ?? null } });
      supervision.send({ type: 'process.reported' });
    });
    // `exit` and not `close`: the guard still holds the pipe.
    server.once('exit', (code, signal) => {
      if (supervision.state === 'up') {
        hasEnded = true;
        const facts = { fault: signal ?? `code ${code}`, isStarting: false };
        happened({ kind: 'processEnded', node: 'redis', facts });
      }
      guardPipe.end('ended\n');
      supervision.send({ type: 'process.exited' });
    });
  }

  const supervision = superviseProcess({
    clock,
    limits,
    perform({ type }) {
      if (type === 'spawn') start();
      else child?.stdio[3]?.destroy();
    },
  });
  supervision.start();

  return {
    url: path,
    get pid() {
      return child?.pid;
    },
    signal: (name) => child?.kill(name) ?? false,
    async stop() {
      supervision.send({ type: 'end.requested' });
      await supervision.ended;
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
