import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN_TOKEN, NODE_START, writeClusterFile } from '../support/alone.ts';
import { isEtcdLeader, memberFlags } from '../support/etcd.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { type Machine, openNetwork, type Program } from './network.ts';

export type ProgramKind = 'etcd' | 'catalog' | 'order' | 'gateway';

/** A store on three machines: on each a member of the etcd, a catalog, an order and a gateway. */
export interface StoreMachine {
  /** Where clients find its gateway, also while it is cut off from the other machines. */
  readonly gateway: string;
  cut(): Promise<void>;
  /** What it sends to the others is lost, what they send arrives. */
  mute(): Promise<void>;
  heal(): Promise<void>;
  /** The whole machine, or one program of it alone. */
  kill(program?: ProgramKind): Promise<void>;
  /** After `kill`: on the disks that it had. */
  start(program?: ProgramKind): Promise<void>;
  isEtcdLeader(): Promise<boolean>;
}

export interface Answer<Body> {
  readonly status: number;
  /** How new the store is known to be. */
  readonly version: string | null;
  readonly body: Body;
}

const NUMBERS = [1, 2, 3];
const PORTS = { catalog: 7101, order: 7201, gateway: 7301 } as const;
const LAST_LINES = 8;
/** Milliseconds for three machines that start together on a slow one. */
const START_PATIENCE_MS = 120_000;
/** Milliseconds that a client waits: longer than a gateway takes for any answer. */
const CLIENT_PATIENCE_MS = 6_000;

/** Runs `work` with the machines, all ready; nothing is left of them afterwards, whatever happened. */
export function withMachines(work: (machines: readonly StoreMachine[]) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const network = await openNetwork(folder);
    try {
      const { inside, outside } = network;
      const urls = NUMBERS.map((number) => `http://${inside(number)}:2379`);
      const nodes = Object.keys(PORTS).flatMap((kind) => NUMBERS.map((number) => `${kind}-${number}`));
      const file = await writeClusterFile(folder, {
        cluster: 'bookshop',
        log: { engine: 'etcd', urls },
        nodes,
      });
      const peers = NUMBERS.map((number) => `etcd-${number}=http://${inside(number)}:2380`).join(',');

      /** What is started on a machine for each of its programs. */
      function commandsOf(number: number, home: string): Record<ProgramKind, readonly string[]> {
        const member = memberFlags({
          name: `etcd-${number}`,
          data: join(home, 'etcd'),
          urls: [`http://${inside(number)}:2379`, `http://${outside(number)}:2379`],
          peer: `http://${inside(number)}:2380`,
          cluster: peers,
        });
        const door = ['--host', outside(number), '--insecure-http', '--limit', 'requestsPerSecond=0'];
        const node = (kind: keyof typeof PORTS) => {
          const name = `${kind}-${number}`;
          const own = ['--kind', kind, '--name', name, '--cluster', file, '--data', join(home, name)];
          const links = ['--listen', `${inside(number)}:${PORTS[kind]}`, '--insecure-links'];
          return [process.execPath, NODE_START, ...own, ...links, ...(kind === 'gateway' ? door : [])];
        };
        return {
          etcd: ['etcd', ...member],
          catalog: node('catalog'),
          order: node('order'),
          gateway: node('gateway'),
        };
      }

      const machines = NUMBERS.map((number): StoreMachine => {
        const home = join(folder, `machine-${number}`);
        const commands = commandsOf(number, home);
        const running = new Map<ProgramKind, Program>();
        let machine: Machine | undefined;
        const startProgram = (kind: ProgramKind) =>
          running.set(kind, machine!.start(commands[kind], join(home, `${kind}-${number}.log`)));
        return {
          gateway: `http://${outside(number)}:8080`,
          cut: () => machine!.cut(),
          mute: () => machine!.mute(),
          heal: () => machine!.heal(),
          kill: (kind) => (kind ? running.get(kind)! : machine!).kill(),
          async start(kind) {
            if (kind) return void startProgram(kind);
            machine = await network.add(number);
            await mkdir(home, { recursive: true, mode: 0o700 });
            for (const each of Object.keys(commands) as ProgramKind[]) startProgram(each);
          },
          isEtcdLeader: () => isEtcdLeader(`http://${outside(number)}:2379`),
        };
      });
      for (const machine of machines) await machine.start();
      for (const { gateway } of machines) await seesAll(gateway);
      await work(machines);
    } catch (error) {
      console.log(await lastLines(folder));
      throw error;
    } finally {
      await network.end();
    }
  });
}

/** What each program said last. */
async function lastLines(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((path) => /^[\w-]+.[\w-]+\.log$/.test(path))
    .sort();
  const texts = files.map(async (path) => {
    const lines = (await readFile(join(folder, path), 'utf8').catch(() => '')).trimEnd().split('\n');
    return `${path}:\n${lines.slice(-LAST_LINES).join('\n')}`;
  });
  return (await Promise.all(texts)).join('\n');
}

/** The gateway is ready, and all other nodes that it knows. */
export function seesAll(gateway: string): Promise<true> {
  const isWhole = async () => {
    const { body } = await ask<{ nodes: readonly { state: string }[] }>(gateway, 'GET', '/status');
    return body.nodes.every(({ state }) => state === 'ready');
  };
  return eventually(`${gateway} sees all`, isWhole, START_PATIENCE_MS);
}

/** Rejects where there is no answer. */
export async function ask<Body>(
  gateway: string,
  method: string,
  path: string,
  { body, key, version }: { body?: object; key?: string; version?: string | null } = {},
): Promise<Answer<Body>> {
  const headers = {
    authorization: `Bearer ${ADMIN_TOKEN}`,
    ...(body && { 'content-type': 'application/json' }),
    ...(key && { 'idempotency-key': key }),
    ...(version && { 'x-bazar-version': version }),
  };
  const signal = AbortSignal.timeout(CLIENT_PATIENCE_MS);
  const answer = await fetch(gateway + path, {
    method,
    headers,
    signal,
    ...(body && { body: JSON.stringify(body) }),
  });
  const { status } = answer;
  return { status, version: answer.headers.get('x-bazar-version'), body: (await answer.json()) as Body };
}
