import { on } from 'node:events';
import { type Clock, systemClock } from '../clock.ts';
import { LEVEL } from '../command-levels.ts';
import { StartRefused } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createCuts } from '../links/cuts.ts';
import type { Mesh, NodeId } from '../links/mesh.ts';
import { openMesh } from '../links/open-mesh.ts';
import { LOOPBACK, webSocketTransport } from '../links/web-socket-transport.ts';
import { logDestination } from '../log-text.ts';
import { createLogger, type Logger } from '../logger.ts';
import { type Random, systemRandom } from '../random.ts';
import { collectAtRest } from './collect-at-rest.ts';
import { type Configure, type DiskFound, ToChild, tellLauncher } from './ipc.ts';
import type { NodeState } from './lifecycle.ts';

/** Characters of an error that the launcher is told. */
const MAX_WORDS = 500;

/** What a node is made from: its configuration and the real ports. */
export interface ChildContext {
  readonly id: NodeId;
  readonly configuration: Configure;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** A node that has read its disk and knows who it is, but has spoken to nobody yet. */
export interface PreparedNode {
  /** Goes with every greeting; see `Peer`. */
  readonly incarnation: string;
  /** Catalogs only. */
  readonly identity?: DiskFound;
  /**
   * Registers the node's handlers and starts it. No link is open before this has resolved, so it must not wait
   * for another node.
   */
  run(mesh: Mesh & { readonly url: string }): RunningNode | Promise<RunningNode>;
}

export type FromLauncher = Extract<
  ToChild,
  { type: 'processes' | 'filled' | 'slowDisk' | 'heal' | 'labDone' }
>;

export interface RunningNode {
  readonly state: NodeState;
  /** Calls `changed` with every later state. */
  observe(changed: (state: NodeState) => void): void;
  /** Gateways only: where clients find it. */
  readonly http?: string;
  /** Whether nobody minds if it stands still for a moment; always where it is not said. */
  mayPause?(): boolean;
  /** What the launcher says of the other processes, of the first books, and of the faults of a lab. */
  heard?(message: FromLauncher): void;
  /** Accepts nothing new and resolves when what was in flight is done. */
  drain(): Promise<void>;
  /** Ends timers and closes files; called after `drain`, while the links are still open. */
  stop(): Promise<void>;
}

/**
 * The whole life of a child process; what each `main.ts` calls. `prepare` opens the node's disk and may throw
 * `StartRefused`. The process ends with code 0 when it was told to drain (by the launcher or by SIGTERM), and
 * with another one after any fault, so that the launcher starts it again.
 */
export function runChild(prepare: (context: ChildContext) => Promise<PreparedNode>): void {
  if (!process.send) {
    process.stderr.write('This is one process of the store and is started by the launcher: npm start\n');
    process.exit(2);
  }
  // What a node writes is for its owner alone.
  process.umask(0o077);
  // Ctrl-C and a closed terminal reach the whole process group; what they mean is for the launcher to say.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('disconnect', () => process.exit(1));
  void live(messagesOfLauncher(), prepare);
}

/** From now on, in order. One listener for all of them: Node loses what arrives between two. */
async function* messagesOfLauncher(): AsyncGenerator<ToChild, never> {
  const arriving = on(process, 'message');
  for (;;) {
    const { value } = await arriving.next();
    yield ToChild.parse(value[0]);
  }
}

async function live(
  messages: AsyncGenerator<ToChild, never>,
  prepare: (context: ChildContext) => Promise<PreparedNode>,
): Promise<void> {
  const { value: configuration } = await messages.next();
  if (configuration.type !== 'configure') throw new Error(`expected configure, got ${configuration.type}`);
  const { id, kind, cluster, secret, socket, listen, logLevel, logFormat } = configuration;
  const limits: Limits = { ...DEFAULT_LIMITS, ...configuration.limits };
  const logger = createLogger(id, logLevel, logDestination(logFormat));
  const ports = { clock: systemClock, random: systemRandom, limits, logger };

  /** Nobody may start this process again as it is. */
  const refuse = (error: StartRefused) => {
    logger.error(error.message);
    void tellLauncher({ type: 'refused', message: error.message });
    process.exit(2);
  };
  const fail = (error: unknown) => {
    if (error instanceof StartRefused) refuse(error);
    logger.fatal({ err: error }, 'ends after a fault');
    // Nothing may happen any more, so nothing waits for this to leave: it is in the channel before the call returns.
    void tellLauncher({ type: 'failed', message: wordsOf(error) });
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  try {
    const prepared = await prepare({ id, configuration, ...ports });
    const self = { id, kind, incarnation: prepared.incarnation, level: LEVEL };
    const transport = webSocketTransport(
      limits,
      socket === undefined ? (listen ?? LOOPBACK) : { path: socket },
    );
    const cuts = configuration.lab ? createCuts(systemClock) : undefined;
    const mesh = await openMesh({ self, cluster, secret, transport, cuts, ...ports });
    const node = await prepared.run(mesh);

    let leaving = false;
    const leave = async () => {
      if (leaving) return;
      leaving = true;
      systemClock.setTimeout(() => fail(new Error('did not drain in time')), limits.drainMs);
      await node.drain();
      await node.stop();
      await mesh.close();
      process.exit(0);
    };
    process.on('SIGTERM', () => void leave());
    node.observe((state) => void tellLauncher({ type: 'state', state }));
    const { identity } = prepared;
    await tellLauncher({ type: 'listening', url: mesh.url, identity, http: node.http });
    await tellLauncher({ type: 'state', state: node.state });
    collectAtRest({ clock: systemClock, mayPause: node.mayPause });

    for await (const message of messages) {
      if (message.type === 'addresses') mesh.setAddresses(message.urls);
      if (message.type === 'drain') void leave();
      if (message.type === 'cut') cuts?.cut(message.peers, message.way, message.forMs);
      if (message.type === 'heal') cuts?.heal();
      if (isForNode(message)) node.heard?.(message);
    }
  } catch (error) {
    fail(error);
  }
}

function isForNode(message: ToChild): message is FromLauncher {
  return !['configure', 'addresses', 'drain', 'cut'].includes(message.type);
}

/** What an error says, short enough for a line. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return message.replaceAll(/\s+/g, ' ').slice(0, MAX_WORDS);
}
