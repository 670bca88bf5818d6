import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { eventually } from '../support/eventually.ts';

/**
 * Machines on this one: each has its own network, processes and view of `/proc`, and two cables. By the first it reaches the
 * other machines, by the second the tests reach it, also while the first is cut. There is no way out of either.
 *
 * The namespaces have no names and belong to a shell each, which ends when its input does. So with the process of the tests,
 * however it ends, go the shells, with them everything that runs in the machines, with that all interfaces, and the folder.
 */
export interface Network {
  /** Another machine, the `number`th. */
  add(number: number): Promise<Machine>;
  /** Where machines find the `number`th, and where the tests do. */
  inside(number: number): string;
  outside(number: number): string;
  end(): Promise<void>;
}

export interface Machine {
  /** Starts a program there, whose output goes to a file. */
  start(program: readonly string[], output: string): Program;
  /** Nothing that it sends reaches another machine, and nothing reaches it; nobody is told. */
  cut(): Promise<void>;
  /** Nothing that it sends reaches another machine, but what they send reaches it; nobody is told. */
  mute(): Promise<void>;
  heal(): Promise<void>;
  /** Ends at once everything that runs there. */
  kill(): Promise<void>;
}

export interface Program {
  /** Ends it alone, at once. */
  kill(): Promise<void>;
}

/** The address of no card: what is sent there is lost. */
const NOWHERE = '02:00:00:00:ff:ff';
const MACHINE = ['--net', '--pid', '--fork', '--mount-proc', '--kill-child'];
/** Networks of two tests at once are apart. The addresses are those set aside for trying networks (RFC 2544). */
const SITE = (process.pid % 250) + 1;
const run = promisify(execFile);

/** A test body that needs machines. Where they cannot be made the test is skipped by name, with what is missing. */
export function needsMachines(name: string, work: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    const missing = await whatIsMissing();
    if (missing === undefined) await work();
    else process.stdout.write(`\nSKIP ${name} (${missing})\n`);
  };
}

export async function whatIsMissing(): Promise<string | undefined> {
  for (const program of ['unshare', 'ip', 'etcd']) {
    if (!(await findOnPath(program))) return `no ${program} on the PATH`;
  }
  try {
    await run('unshare', [...MACHINE, 'ip', 'link', 'add', 'tried', 'type', 'bridge']);
    return undefined;
  } catch (error) {
    return `network namespaces and bridges need root, with CAP_SYS_ADMIN and CAP_NET_ADMIN: ${`${error}`.trim().split('\n').pop()}`;
  }
}

/** The machines write to `folder`. */
export async function openNetwork(folder: string): Promise<Network> {
  const hub = openShell(['--net'], `sleep 1; rm -rf ${quoted(folder)}`);
  const shells = new Set([hub]);
  const numbers = new Set<number>();
  let cables = 0;
  let programs = 0;
  for (const bridge of ['machines', 'tests']) {
    await hub.run(`ip link add ${bridge} type bridge && ip link set ${bridge} up`);
  }

  /** A cable from a bridge to a process' network, to a card with an address of its own; gives the name of its end at the bridge. */
  async function lay(bridge: string, pid: number, far: string, card = ''): Promise<string> {
    const near = `cable${++cables}`;
    const peer = `name ${far} ${card && `address ${card}`} netns ${pid}`;
    await hub.run(`ip link add ${near} type veth peer ${peer} && ip link set ${near} master ${bridge} up`);
    return near;
  }

  const outer = `bz${process.pid}`;
  await lay('tests', process.pid, outer);
  await run('ip', ['addr', 'add', `198.19.${SITE}.1/24`, 'dev', outer]);
  await run('ip', ['link', 'set', outer, 'up']);

  const inside = (number: number) => `198.18.${SITE}.${10 + number}`;
  const outside = (number: number) => `198.19.${SITE}.${10 + number}`;
  return {
    inside,
    outside,
    async add(number) {
      const shell = openShell(MACHINE);
      shells.add(shell);
      numbers.add(number);
      const toOthers = (command: (address: string) => string) =>
        [...numbers]
          .filter((other) => other !== number)
          .map((other) => command(inside(other)))
          .join(' && ');
      await shell.run('ip link set lo up');
      const cable = await lay('machines', shell.pid, 'machines', `02:00:00:00:01:0${number}`);
      const testCable = await lay('tests', shell.pid, 'tests', `02:00:00:00:02:0${number}`);
      await shell.run(`ip addr add ${inside(number)}/24 dev machines && ip link set machines up`);
      await shell.run(`ip addr add ${outside(number)}/24 dev tests && ip link set tests up`);
      return {
        start(program, output) {
          const pid = `program${++programs}`;
          shell.send(`${program.map(quoted).join(' ')} >> ${quoted(output)} 2>&1 & ${pid}=$!`);
          return { kill: () => shell.run(`kill -9 $${pid} && { wait $${pid} || true; }`) };
        },
        cut: () => hub.run(`ip link set ${cable} nomaster`),
        mute: () =>
          shell.run(toOthers((to) => `ip neigh replace ${to} lladdr ${NOWHERE} dev machines nud permanent`)),
        async heal() {
          await hub.run(`ip link set ${cable} master machines`);
          await shell.run(toOthers((to) => `{ ip neigh del ${to} dev machines || true; }`));
        },
        async kill() {
          shells.delete(shell);
          await shell.kill();
          // A network outlives its processes while others owe its sockets an answer.
          for (const end of [cable, testCable]) await hub.run(`ip link del ${end} || true`);
        },
      };
    },
    end: async () => void (await Promise.all([...shells].map((shell) => shell.kill()))),
  };
}

interface Shell {
  readonly pid: number;
  send(command: string): void;
  /** Throws what the command says if it fails. */
  run(command: string): Promise<void>;
  kill(): Promise<void>;
}

/** `last` is done where nobody is left to say so. */
function openShell(flags: readonly string[], last = 'exit'): Shell {
  const loop = `while read -r line; do eval "$line"; done; ${last}`;
  const child: ChildProcess = spawn('unshare', [...flags, 'sh', '-c', loop], {
    // What is sent to the group of the tests is not meant for it.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const closed = once(child, 'close');
  let said = '';
  let commands = 0;
  child.stdin!.on('error', () => {});
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const send = (command: string) => void child.stdin!.write(`${command}\n`);
  return {
    pid: child.pid!,
    send,
    async run(command) {
      const mark = `command ${++commands} ended with`;
      const before = said.length;
      send(`{ ${command}; } 2>&1; echo "${mark} $?"`);
      const [, code] = await eventually(
        command,
        () => new RegExp(`^${mark} (\\d+)$`, 'm').exec(said) ?? undefined,
      );
      if (code !== '0') throw new Error(`${command}: ${said.slice(before)}`);
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
