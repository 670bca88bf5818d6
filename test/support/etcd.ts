import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { inTemporaryFolder } from './temporary.ts';

/** A real etcd of a few members on this machine, with short elections. */
export interface TestEtcd {
  readonly members: readonly TestEtcdMember[];
  readonly urls: readonly string[];
  /** The output of a command of `etcdctl`. */
  control(...args: string[]): Promise<string>;
  /** The member that leads now. */
  leader(): Promise<TestEtcdMember>;
}

export interface TestEtcdMember {
  readonly url: string;
  /** The folder of its data. */
  readonly data: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  signal(name: NodeJS.Signals): void;
  /** Kills it at once; its data stays. */
  kill(): Promise<void>;
  /** Starts it again on its data. */
  start(): void;
}

export interface TestEtcdOptions {
  readonly members?: number;
  readonly quotaBytes?: number;
  /** Further options of each member. */
  readonly args?: readonly string[];
  readonly scheme?: 'http' | 'https';
  /** Of `etcdctl`. */
  readonly controlArgs?: readonly string[];
}

/** Milliseconds for a member to say who leads. */
const ANSWER_MS = 1_000;

/** Runs `work` with an etcd that answers, and ends it afterwards, whatever happened. */
export function withEtcd<T>(options: TestEtcdOptions, work: (etcd: TestEtcd) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const etcd = await startEtcd(folder, options);
    try {
      await etcd.control('endpoint', 'health');
      return await work(etcd);
    } finally {
      await Promise.all(etcd.members.map((member) => member.kill()));
    }
  });
}

/** Its members run; whoever starts it kills them in the end. */
export async function startEtcd(
  folder: string,
  { members: count = 1, quotaBytes = 0, args = [], scheme = 'http', controlArgs = [] }: TestEtcdOptions,
): Promise<TestEtcd> {
  const places = [];
  for (let at = 0; at < count; at++) {
    const [client, peer] = [await freePort(), await freePort()];
    places.push({
      name: `m${at}`,
      url: `${scheme}://127.0.0.1:${client}`,
      peer: `http://127.0.0.1:${peer}`,
    });
  }
  const cluster = places.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const urls = places.map(({ url }) => url);
  const members = places.map(({ name, url, peer }) => {
    const data = join(folder, name);
    const flags = memberFlags({ name, data, urls: [url], peer, cluster, quotaBytes });
    return startMember(url, data, [...flags, ...args]);
  });

  async function control(...command: string[]): Promise<string> {
    const options = [`--endpoints=${urls.join(',')}`, '--command-timeout=8s', ...controlArgs];
    const env = { ...process.env, ETCDCTL_API: '3' };
    const child = spawn('etcdctl', [...options, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`etcdctl ${command.join(' ')}: ${output}`);
    return output;
  }

  return {
    members,
    urls,
    control,
    async leader() {
      const lines = (await control('endpoint', 'status')).trim().split('\n');
      const line = lines.find((one) => one.split(', ')[4] === 'true');
      const member = members.find(({ url }) => line?.startsWith(`${url},`));
      if (!member) throw new Error(`no leader in ${lines.join('\n')}`);
      return member;
    },
  };
}

/** Whether the member at this address says that it leads. Rejects where it does not answer. */
export async function isEtcdLeader(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(`${url}/v3/maintenance/status`, { method: 'POST', body: '{}', signal });
  const { header, leader } = (await answer.json()) as { header: { member_id: string }; leader?: string };
  return leader === header.member_id;
}

/** The options of one member, with short elections. */
export function memberFlags(member: {
  readonly name: string;
  readonly data: string;
  /** Where clients reach it; others are told the first. */
  readonly urls: readonly string[];
  readonly peer: string;
  /** All members: `NAME=PEER,…`. */
  readonly cluster: string;
  readonly quotaBytes?: number;
}): string[] {
  const options = {
    name: member.name,
    'data-dir': member.data,
    'listen-client-urls': member.urls.join(','),
    'advertise-client-urls': member.urls[0],
    'listen-peer-urls': member.peer,
    'initial-advertise-peer-urls': member.peer,
    'initial-cluster': member.cluster,
    'heartbeat-interval': 50,
    'election-timeout': 500,
    'auto-compaction-retention': 0,
    'quota-backend-bytes': member.quotaBytes ?? 0,
    'log-level': 'error',
  };
  return Object.entries(options).map(([flag, value]) => `--${flag}=${value}`);
}

const running = new Set<ChildProcess>();
/** A test that fails in a way of its own leaves none behind. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function startMember(url: string, data: string, flags: readonly string[]): TestEtcdMember {
  let child: ChildProcess | undefined;
  const runs = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const member: TestEtcdMember = {
    url,
    data,
    get pid() {
      return runs() ? child!.pid : undefined;
    },
    signal: (name) => void child?.kill(name),
    async kill() {
      if (!child || !runs()) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    start() {
      child = spawn('etcd', flags, { stdio: 'ignore' });
      running.add(child);
    },
  };
  member.start();
  return member;
}
