/** A Redis Cluster, by some of its members; the others are learnt from them. */
export interface RedisClusterAddress {
  readonly members: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
}

/** What is said of an address that is none. */
export const REDIS_ADDRESSES =
  "redis://HOST:PORT, rediss://…, redis+cluster://HOST:PORT with further members by commas, or a socket's path";

export function isRedisAddress(text: string): boolean {
  if (text.startsWith('/') || readRedisCluster(text) !== undefined) return true;
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
}

/** Reads `redis+cluster://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…]`; undefined where it is none. */
export function readRedisCluster(text: string): RedisClusterAddress | undefined {
  const [, account = '', hosts] = /^redis\+cluster:\/\/([^/?#]*@)?([^@/?#\s]+)\/?$/.exec(text) ?? [];
  if (hosts === undefined) return undefined;
  const members = hosts.split(',').map((host) => `redis://${account}${host}`);
  if (!members.every((member) => URL.canParse(member) && new URL(member).hostname !== '')) return undefined;
  const urls = members.map((member) => new URL(member));
  try {
    const [username, password] = [urls[0]!.username, urls[0]!.password].map(decodeURIComponent);
    return {
      members: urls.map(({ hostname, port }) => ({
        host: hostname.replace(/^\[(.*)\]$/, '$1'),
        port: Number(port || DEFAULT_PORT),
      })),
      ...(username && { username }),
      ...(password && { password }),
    };
  } catch {
    return undefined;
  }
}

const DEFAULT_PORT = 6379;
