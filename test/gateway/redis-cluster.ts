import type { CertificateFiles } from '../support/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

/** A real Redis Cluster of some masters, each with as many slots. */
export interface TestRedisCluster {
  readonly url: string;
  /** The same by TLS, where it has a certificate. */
  readonly encryptedUrl: string;
  readonly members: readonly RedisServer[];
  /** The member that holds the key. */
  holder(key: string): Promise<RedisServer>;
  /** Another server that has what this member has, and takes over from it when it is gone. */
  addReplica(of: RedisServer): Promise<RedisServer>;
  /** Until all members say that the cluster is whole. */
  whole(): Promise<void>;
  end(): Promise<void>;
}

const SLOTS = 16_384;

export async function startRedisCluster({
  size = 3,
  tls,
}: {
  readonly size?: number;
  readonly tls?: CertificateFiles;
} = {}): Promise<TestRedisCluster> {
  const members: RedisServer[] = [];
  const links: number[] = [];
  const doors: number[] = [];

  async function startMember(): Promise<{ server: RedisServer; link: number; door: number }> {
    const [link, door] = [await freePort(), await freePort()];
    const encrypted = tls && {
      'tls-port': door,
      'tls-cluster': 'yes',
      'tls-auth-clients': 'no',
      'tls-cert-file': tls.cert,
      'tls-key-file': tls.key,
      'tls-ca-cert-file': tls.cert,
    };
    const own = { 'cluster-enabled': 'yes', 'cluster-port': link, 'cluster-node-timeout': 2_000 };
    return { server: await startRedisServer({ ...own, ...encrypted }), link, door };
  }

  for (let at = 0; at < size; at++) {
    const { server, link, door } = await startMember();
    members.push(server);
    links.push(link);
    doors.push(door);
  }
  const portOf = ({ url }: RedisServer) => new URL(url).port;
  const firstSlot = (at: number) => Math.ceil((at * SLOTS) / size);
  for (const [at, member] of members.entries()) {
    await member.say(`CLUSTER SET-CONFIG-EPOCH ${at + 1}`);
    await member.say(`CLUSTER ADDSLOTSRANGE ${firstSlot(at)} ${firstSlot(at + 1) - 1}`);
    await members[0]!.say(`CLUSTER MEET 127.0.0.1 ${portOf(member)} ${links[at]}`);
  }

  async function whole(): Promise<void> {
    const isWhole = async (member: RedisServer) => {
      const info = await member.say('CLUSTER INFO');
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`);
    };
    await eventually('the Redis Cluster is whole', async () =>
      (await Promise.all(members.map(isWhole))).every(Boolean),
    );
  }

  await whole();
  return {
    url: `redis+cluster://${members.map((member) => `127.0.0.1:${portOf(member)}`).join(',')}`,
    encryptedUrl: `rediss+cluster://${doors.map((door) => `127.0.0.1:${door}`).join(',')}`,
    members,
    async holder(key) {
      const slot = Number((await members[0]!.say(`CLUSTER KEYSLOT ${key}`)).slice(1));
      return members.findLast((_, at) => firstSlot(at) <= slot)!;
    },
    async addReplica(of) {
      const { server, link } = await startMember();
      await members[0]!.say(`CLUSTER MEET 127.0.0.1 ${portOf(server)} ${link}`);
      const id = (await of.say('CLUSTER MYID')).split('\r\n')[1];
      await eventually('the replica knows its master', async () =>
        (await server.say(`CLUSTER REPLICATE ${id}`)).startsWith('+OK'),
      );
      await follows(server);
      return server;
    },
    whole,
    end: async () => void (await Promise.all(members.map((member) => member.end()))),
  };
}

/** Until the server is a replica that has all its master has. */
export function follows(server: RedisServer): Promise<true> {
  return eventually('a replica in step', async () =>
    /role:slave[\s\S]*master_link_status:up/.test(await server.say('INFO replication')),
  );
}
