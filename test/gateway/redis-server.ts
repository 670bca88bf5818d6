import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

/** A real redis-server on a free port with a folder of its own. */
export interface RedisServer {
  readonly url: string;
  /** Of the process that runs now. */
  readonly pid: number;
  save(): Promise<void>;
  kill(): Promise<void>;
  start(data: 'saved' | 'nothing'): Promise<void>;
  /** The beginning of what it answers to a command. */
  say(command: string): Promise<string>;
  pause(): void;
  resume(): void;
  /** Somebody writes to it: every entry shows 777 copies, and claims to be as of a time that is far from here. */
  forge(): Promise<void>;
  end(): Promise<void>;
}

export async function startRedisServer(
  settings: Readonly<Record<string, string | number>> = {},
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bazar-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(data: 'saved' | 'nothing'): Promise<void> {
    if (data === 'nothing') await rm(join(folder, 'dump.rdb'), { force: true });
    const all = { port, bind: '127.0.0.1', dir: folder, save: '', ...settings };
    const options = Object.entries(all).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const server = spawn('redis-server', options, { stdio: 'ignore' });
    child = server;
    // It does not outlive the one who needs it, however that ends.
    const takeAlong = () => void server.kill('SIGKILL');
    process.once('exit', takeAlong);
    server.once('exit', () => process.off('exit', takeAlong));
    await eventually('redis-server answers', async () => (await say(port, 'PING')).startsWith('+PONG'));
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  await start('nothing');
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child!.pid!;
    },
    async save() {
      const answer = await say(port, 'SAVE');
      if (!answer.startsWith('+OK')) throw new Error(`SAVE: ${answer}`);
    },
    kill,
    start,
    say: (command) => say(port, command),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async forge() {
      const answer = await say(port, `EVAL "${FORGE.replaceAll('"', '\\"').replaceAll('\n', ' ')}" 0`);
      if (!answer.startsWith(':')) throw new Error(`EVAL: ${answer}`);
    },
    async end() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const FORGE = `
local keys = redis.call('KEYS', '*')
for _, key in ipairs(keys) do
  local value = redis.call('HGET', key, 'v')
  value = string.gsub(value, '"stock":%d+', '"stock":777')
  value = string.gsub(value, '"asOf":%d+', '"asOf":900000000000000')
  value = string.gsub(value, '"version":%d+', '"version":900000000000000')
  redis.call('HSET', key, 'a', '900000000000000', 'v', value)
end
return #keys`;

/** One command over a connection of its own, and the beginning of the answer. */
async function say(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await Promise.race([
      once(socket, 'connect'),
      sleep(2_000, undefined, { ref: false }).then(() => Promise.reject(new Error('no connection'))),
    ]);
    socket.write(`${command}\r\n`);
    const [answer] = await once(socket, 'data');
    return String(answer);
  } finally {
    socket.destroy();
  }
}
