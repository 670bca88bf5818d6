/** A Redis Cluster, by some of its members; the others are learnt from them. */
export interface RedisClusterAddress {
  readonly members: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  /** Of those that are named and of those that are learnt from them. */
  readonly encrypted: boolean;
}

/** What is said of an address that is none. */
export const REDIS_ADDRESSES =
  "redis://HOST:PORT, rediss://…, redis+cluster://HOST:PORT or rediss+cluster://… with further members by commas, or a socket's path";

export function isRedisAddress(text: string): boolean {
  if (text.startsWith('/') || readRedisCluster(text) !== undefined) return true;
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
}

/** Reads `redis+cluster://` or, for TLS, `rediss+cluster://`, and `[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…]`; undefined where it is none. */
export function readRedisCluster(text: string): RedisClusterAddress | undefined {
  const [, s, account = '', hosts] = /^redis(s?)\+cluster:\/\/([^/?#]*@)?([^@/?#\s]+)\/?$/.exec(text) ?? [];
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
      encrypted: s === 's',
    };
  } catch {
    return undefined;
  }
}

const DEFAULT_PORT = 6379;
