import type { ConnectionPool } from 'etcd3/lib/connection-pool.js';
import type { IOptions } from 'etcd3/lib/options.js';
import type { Clock } from '../../../runtime/clock.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { EtcdFault, etcdFaultOf } from './etcd-fault.ts';
import type { EtcdAnswer, WatchMessage, WatchRequest } from './etcd-messages.ts';

/**
 * One member of etcd. Of the package `etcd3` only its description of the messages, its connections and its tokens are in
 * use: its watch skips what was written while it caught up when it is cut, and its fault handling hides which member
 * answered what.
 */
export interface EtcdMember {
  readonly url: string;
  ask<Answer extends EtcdAnswer>(service: EtcdService, method: string, request: object): EtcdCall<Answer>;
  /** Ends once, by itself or when it is cancelled; then nothing more is heard of it. */
  watch(request: WatchRequest, hear: WatchHearer): EtcdStream;
  close(): void;
}

export type EtcdService = 'KV' | 'Lease' | 'Maintenance';

export interface EtcdCall<Answer> {
  /** Rejects with an `EtcdFault`. */
  readonly answer: Promise<Answer>;
  /** Waits for it no more; what was asked may still happen. */
  cancel(): void;
}

export interface WatchHearer {
  message(message: WatchMessage): void;
  ended(fault: EtcdFault): void;
}

export interface EtcdStream {
  pause(): void;
  resume(): void;
  cancel(): void;
}

export interface EtcdAccess {
  /** PEM, of the authority that signed the members' certificates; without it the machine's own list counts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** What all members' answers said. */
export interface EtcdHeard {
  /** The first said it, and all must. */
  cluster?: string;
  /** The newest revision: what is asked for from now on comes later. */
  revision: number;
}

/** Answers about alarms and defragmentation do not say of which etcd they are. */
const NO_CLUSTER = '0';

type Policy = NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

/** Does what it is given once. The client's own would refuse reads and trims because an append was refused. */
const ONCE = { execute: async (work: (context: object) => unknown) => work({}) } as unknown as Policy;

type Metadata = { clone(): Metadata; set(key: string, value: string): void };
type Unary = (
  request: object,
  metadata: Metadata,
  options: object,
  answered: (error: Error | null, answer: unknown) => void,
) => { cancel(): void };
type Duplex = NodeJS.ReadWriteStream & {
  write(message: object): boolean;
  cancel(): void;
};

export function connectMember(options: {
  readonly url: string;
  readonly access: EtcdAccess;
  readonly heard: EtcdHeard;
  readonly Pool: typeof ConnectionPool;
  readonly clock: Clock;
  readonly limits: Limits;
}): EtcdMember {
  const { url, access, heard, clock, limits } = options;
  const { ca, cert, key, user, password } = access;
  const pool = new options.Pool({
    hosts: [url],
    ...((ca || cert) && {
      credentials: {
        rootCertificate: ca ? Buffer.from(ca) : (null as unknown as Buffer),
        ...(cert && key && { certChain: Buffer.from(cert), privateKey: Buffer.from(key) }),
      },
    }),
    ...(user !== undefined && {
      auth: {
        username: user,
        password: password ?? '',
        callOptions: () => ({ deadline: clock.now() + limits.etcdOpenMs }),
      },
    }),
    faultHandling: { host: () => ONCE, global: ONCE },
    grpcOptions: {
      // The members are named one by one; what goes to them goes nowhere else.
      'grpc.enable_http_proxy': 0,
      'grpc.enable_retries': 0,
      'grpc.max_receive_message_length': -1,
      'grpc.initial_reconnect_backoff_ms': limits.etcdReconnectMs,
      'grpc.max_reconnect_backoff_ms': limits.etcdReconnectMs,
      'grpc.keepalive_time_ms': limits.etcdKeepaliveMs,
      'grpc.keepalive_timeout_ms': limits.etcdKeepaliveTimeoutMs,
    },
  });

  function forgetToken(): void {
    (pool as unknown as { authenticator: { invalidateMetadata(): void } }).authenticator.invalidateMetadata();
  }

  function checked<Answer extends EtcdAnswer>(answer: Answer): Answer {
    const cluster = answer.header?.cluster_id ?? NO_CLUSTER;
    if (cluster === NO_CLUSTER) return answer;
    heard.cluster ??= cluster;
    if (cluster === heard.cluster) {
      heard.revision = Math.max(heard.revision, Number(answer.header!.revision));
      return answer;
    }
    throw new EtcdFault(
      'refused',
      `${url} is of another etcd than the other members: name those of one only`,
    );
  }

  return {
    url,
    ask<Answer extends EtcdAnswer>(service: EtcdService, method: string, request: object) {
      let isCancelled = false;
      let call: { cancel(): void } | undefined;
      // What is thrown inside `withConnection` closes all connections of the member, so nothing is.
      const once = () =>
        pool.withConnection<{ error: Error } | { answer: Answer }>(
          service,
          ({ client, metadata }) =>
            new Promise((resolve) => {
              if (isCancelled) return resolve({ error: new EtcdFault('unreached', `${url}: not sent`) });
              const calls = client as unknown as Record<string, Unary>;
              call = calls[method]!(request, metadata, {}, (error, answer) =>
                resolve(error ? { error } : { answer: answer as Answer }),
              );
            }),
        );
      const ask = async (mayRenew: boolean): Promise<Answer> => {
        try {
          const outcome = await once();
          if ('error' in outcome) throw outcome.error;
          return checked(outcome.answer);
        } catch (error) {
          const fault = etcdFaultOf(error, url);
          if (!fault.isStaleToken || !mayRenew) throw fault;
          forgetToken();
          return ask(false);
        }
      };
      return {
        answer: ask(true),
        cancel() {
          isCancelled = true;
          call?.cancel();
        },
      };
    },
    watch(request, { message, ended }) {
      let stream: Duplex | undefined;
      let isPaused = false;
      let hasEnded = false;
      function end(error: unknown): void {
        if (hasEnded) return;
        hasEnded = true;
        stream?.cancel();
        ended(etcdFaultOf(error, url));
      }
      pool
        .withConnection('Watch', ({ client, metadata }) => {
          if (hasEnded) return;
          const own = (metadata as unknown as Metadata).clone();
          // A member that is cut off from the others says so, and does not stay silent for ever.
          own.set('hasleader', 'true');
          const calls = client as unknown as { watch(metadata: Metadata, options: object): Duplex };
          stream = calls.watch(own, {});
          stream.on('error', end);
          stream.on('end', () => end(new EtcdFault('doubtful', `${url}: the watch was ended`)));
          stream.on('data', (news: WatchMessage) => {
            if (hasEnded) return;
            try {
              checked(news);
            } catch (error) {
              return end(error);
            }
            // A watch says of a token that is too old what it says of a user who may not.
            if (news.canceled && user !== undefined) forgetToken();
            message(news);
          });
          if (isPaused) stream.pause();
          stream.write({ create_request: request });
        })
        .catch(end);
      return {
        pause() {
          isPaused = true;
          stream?.pause();
        },
        resume() {
          isPaused = false;
          stream?.resume();
        },
        cancel() {
          if (hasEnded) return;
          hasEnded = true;
          stream?.cancel();
        },
      };
    },
    close: () => pool.close(),
  };
}
