import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findOnPath } from '../../../runtime/launcher/private-redis.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { Missing } from '../../subjects/subject.ts';

const run = promisify(execFile);

/** A PostgreSQL of our own, in a temporary folder and on a socket there. It has its defaults but for what is said here. */
export interface PrivatePostgres {
  /** The folder of its socket, which `pg` takes as a host. */
  readonly host: string;
  readonly user: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
const USER = 'bench';
const MAX_CONNECTIONS = 50;
/** Whom it runs as where we are root, which it refuses: the first of these that there is. */
const UNPRIVILEGED = ['postgres', 'nobody'];

export async function startPrivatePostgres(): Promise<PrivatePostgres> {
  const binaries = await findBinaries();
  const owner = process.getuid?.() === 0 ? await unprivileged() : {};
  const folder = await mkdtemp(join(tmpdir(), 'bazar-postgres-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid!);
    const data = join(folder, 'data');
    const format = ['-D', data, '-U', USER, '--auth=trust', '--no-locale', '-E', 'UTF8', '--no-sync'];
    await run(join(binaries, 'initdb'), format, { ...owner, cwd: folder });
    const settings = {
      listen_addresses: '',
      unix_socket_directories: folder,
      fsync: 'on',
      synchronous_commit: 'on',
      max_connections: String(MAX_CONNECTIONS),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(join(binaries, 'postgres'), ['-D', data, ...flags], {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    // Its sign to end at once; it takes its own processes along.
    const takeAlong = () => void server.kill('SIGQUIT');
    process.once('exit', takeAlong);
    const exited = once(server, 'exit').finally(() => process.off('exit', takeAlong));
    await Promise.race([
      exited.then(([code]) => Promise.reject(new Error(`postgres ended with ${code}`))),
      eventually('postgres answers', async () => {
        const client = new Client({ host: folder, user: USER, database: 'postgres' });
        await client.connect();
        await client.end();
        return true;
      }),
    ]).catch((error) => {
      takeAlong();
      throw error;
    });
    return {
      host: folder,
      user: USER,
      pid: server.pid!,
      async stop() {
        // A fast end: connections are cut, and all is written.
        server.kill('SIGINT');
        await exited;
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The folder of the programs: Debian keeps them apart from the PATH, in one folder a version. */
async function findBinaries(): Promise<string> {
  const found = await findOnPath('initdb');
  if (found) return dirname(await realpath(found));
  const versions = (await readdir(DEBIAN).catch(() => [])).map(Number).filter(Number.isFinite);
  if (versions.length === 0) throw new Missing(`no postgres on the PATH or under ${DEBIAN}`);
  return join(DEBIAN, String(versions.sort((a, b) => b - a)[0]), 'bin');
}

async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  for (const name of UNPRIVILEGED) {
    const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name]))).catch(() => undefined);
    if (ids) return { uid: Number(ids[0]!.stdout), gid: Number(ids[1]!.stdout) };
  }
  throw new Missing(`no user ${UNPRIVILEGED.join(' or ')}, and postgres does not run as root`);
}
