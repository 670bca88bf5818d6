import type { Role } from '../../runtime/api.ts';
import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Waits } from '../../runtime/waits.ts';
import type { LabLine } from '../lab-line.ts';
import type { ClusterStatus, GatewayService } from '../service.ts';
import type { Admission } from './admission.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { EventFollowers } from './event-followers.ts';
import type { HeldBooks } from './held-books.ts';
import type { Intake } from './intake.ts';
import type { LargeTopics } from './large-topics.ts';
import type { Metrics } from './metrics.ts';
import type { Pages, Reader } from './pages.ts';
import type { AllBooks, AllBooksWatcher } from './rpc/all-books.ts';
import type { EventSubscriptions } from './rpc/event-subscriptions.ts';
import type { Spectator, Spectators } from './rpc/spectators.ts';
import type { Subscriptions, Watcher } from './rpc/subscriptions.ts';
import type { SharedBytes } from './shared-bytes.ts';
import type { StoreVersions } from './store-versions.ts';
import type { TokenGuard } from './token-guard.ts';
import type { Traces } from './traces.ts';
import type { Views } from './views.ts';
import type { Writes } from './writes.ts';

/** What the operations and both doors to them work with. */
export interface Context {
  readonly service: GatewayService;
  /** Only in a store that was started with `--lab`. */
  readonly lab: LabLine | undefined;
  readonly views: Views;
  readonly writes: Writes;
  readonly subscriptions: Subscriptions;
  readonly allBooks: AllBooks;
  readonly spectators: Spectators;
  readonly followers: EventFollowers;
  readonly admission: Admission;
  readonly pages: Pages;
  readonly audits: Pages;
  readonly largeTopics: LargeTopics;
  readonly heldBooks: HeldBooks;
  readonly storeVersions: StoreVersions;
  readonly traces: Traces;
  readonly metrics: Metrics;
  /** What clients make the gateway hold: messages not ended, calls waiting their turn, answers not taken. */
  readonly held: {
    readonly unfinished: SharedBytes;
    readonly queues: SharedBytes;
    readonly backlogs: SharedBytes;
  };
  readonly doorkeeper: Doorkeeper;
  readonly roleOf: (token: string) => Role | undefined;
  readonly tokens: TokenGuard;
  readonly intake: Intake;
  /** Runs something once the frames of this event-loop turn have been handled. */
  readonly endOfTurn: (run: () => void) => void;
  /** Waits that end with the bridge. */
  readonly waits: Waits;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who asks: an HTTP connection, or a WebSocket connection. */
export interface Caller {
  role: Role | undefined;
  /** It is a program of this machine, and speaks for no other. */
  readonly isLocal: boolean;
  readonly address: string;
  /** What a WebSocket connection watches. */
  readonly watcher: Watcher | undefined;
  /** The same of all books. */
  readonly allBooksWatcher: AllBooksWatcher | undefined;
  /** A WebSocket connection as one that may watch the store at work. */
  readonly spectator: Spectator | undefined;
  /** What it follows of the events of the store. */
  readonly eventSubscriptions: EventSubscriptions | undefined;
  /** This connection among those that wait for heavy reads of a kind. */
  reader(heavy: 'pages' | 'audits'): Reader;
}

/** The cluster's status, or `unavailable` when the service does not have it in time. */
export function statusInTime({ service, limits, waits }: Context): Promise<ClusterStatus> {
  return waits.atMost(service.status(), limits.statusDeadlineMs).catch((error) => {
    if (!(error instanceof BazarError && error.code === 'timeout')) throw error;
    throw new BazarError('unavailable', 'The status could not be gathered in time.');
  });
}
