import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { ClientLimits } from './limits.ts';
import type { Dial } from './socket.ts';

export interface ClientOptions {
  /** `http://HOST:PORT` of the store, or the `ws://…` address of its socket. */
  readonly url: string;
  /** The admin token, or the reader token, which `orders` is content with; other reads and purchases need none. */
  readonly token?: string;
  /** The `version` of another client, so that nothing older is shown than it was. */
  readonly version?: string | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: Partial<ClientLimits>;
  /** Told of each connection made, and of each one lost or not made, with the reason. */
  readonly onLink?: (link: { readonly open: boolean; readonly reason?: string }) => void;
  /** Another way to the store than a WebSocket, for tests. */
  readonly dial?: Dial;
}
