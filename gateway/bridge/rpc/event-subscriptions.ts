import { BazarError } from '../../../runtime/errors.ts';
import type { EventFollower, EventFollowers } from '../event-followers.ts';
import type { EventsParams } from '../read-events.ts';
import { encodeNotification } from './protocol.ts';
import type { NotificationOutlet } from './subscriptions.ts';

/**
 * What one connection follows of the events of the store, each under a name that it has chosen. Events come as `event`
 * notifications under that name, from the answer of `subscribe` on. Where they cannot go on, the last says why.
 */
export interface EventSubscriptions {
  /** In the place of one with the same name. `sent` must be called once the answer has been handed to the socket. */
  subscribe(name: string, params: EventsParams): Promise<{ cursor: string; sent: () => void }>;
  /** Without a name: all. Returns how many there are still. */
  unsubscribe(name?: string): number;
}

/** Event streams of one connection; each has its share of what all may have. */
const MAX_NAMES = 16;

export function createEventSubscriptions(options: {
  readonly followers: EventFollowers;
  readonly outlet: NotificationOutlet;
  /** Calls `taken` once the client has taken what was sent so far, or has gone. */
  readonly whenTaken: (taken: () => void) => void;
  /** Whether the client may be told of orders. */
  readonly mayRead: () => boolean;
}): EventSubscriptions {
  const { followers, outlet, whenTaken, mayRead } = options;
  /** Each is the only one that there is under its name. */
  const open = new Map<string, Partial<EventFollower>>();

  function end(name: string): void {
    open.get(name)?.leave?.();
    open.delete(name);
  }

  async function follow(name: string, follower: EventFollower): Promise<void> {
    const isOpen = () => open.get(name) === follower && mayRead();
    const fault = await follower.follow({
      get isOpen() {
        return isOpen();
      },
      tell(events) {
        for (const event of events) {
          if (isOpen()) outlet.send(encodeNotification('event', { subscription: name, event }));
        }
      },
      // The pings of the connection say that it lives.
      beat() {},
      whenTaken,
      cut: () => outlet.cut('it does not read its events'),
    });
    if (open.get(name) !== follower) return;
    open.delete(name);
    const { code, message } = fault ?? new BazarError(mayRead() ? 'draining' : 'unauthorized');
    outlet.send(encodeNotification('event', { subscription: name, ended: { code, message } }));
  }

  return {
    async subscribe(name, params) {
      end(name);
      if (open.size >= MAX_NAMES) {
        throw new BazarError('too-many-requests', `A connection may follow ${MAX_NAMES} streams of events.`);
      }
      const place = {};
      open.set(name, place);
      try {
        const follower = await followers.open(params);
        if (open.get(name) !== place) {
          follower.leave();
          throw new BazarError('unavailable', 'It was given up meanwhile.');
        }
        open.set(name, follower);
        return { cursor: follower.cursor, sent: () => void follow(name, follower) };
      } catch (error) {
        if (open.get(name) === place) open.delete(name);
        throw error;
      }
    },
    unsubscribe(name) {
      for (const one of name === undefined ? [...open.keys()] : [name]) end(one);
      return open.size;
    },
  };
}
