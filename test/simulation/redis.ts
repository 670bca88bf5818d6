import type { KeyValueObserver, KeyValueServer } from '../../gateway/cache/key-value-server.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';

/** How long one way takes, in ms; changed while the simulation runs. */
export interface RedisWeather {
  minLatencyMs: number;
  maxLatencyMs: number;
}

/** A Redis whose every delivery is a timer and whose every chance is drawn. It runs at once. */
export interface SimulatedRedis {
  readonly weather: RedisWeather;
  readonly running: boolean;
  /** A client that runs by its own process's clock, and stops with it. */
  connect(clock: Clock): KeyValueServer;
  /** Writes the dump that a later `start('saved')` loads. */
  save(): void;
  /** Ends the server; its clients notice when the news reaches them. */
  kill(): void;
  /** Starts it again under a new run id, with the data of the last `save` or with none. */
  start(data: 'saved' | 'nothing'): void;
  /** Somebody writes to it: entries show other copies, and claim to be as of a time that is far from here. */
  forge(): void;
  /** Takes every command in and answers none, until `resume`. */
  pause(): void;
  resume(): void;
}

interface Record {
  readonly asOf: number;
  readonly value: string;
  /** Wall time in ms. */
  readonly expiresAt: number;
}

type Data = Map<string, Record>;

/** One client's end, and what it waits for. */
interface Client {
  readonly clock: Clock;
  readonly observers: KeyValueObserver[];
  readonly inFlight: Set<(error: Error) => void>;
  /** Counts connections; what belongs to a former one is lost. */
  connection: number;
  ready: boolean;
  closed: boolean;
  /** Nothing arrives before what was sent earlier in the same direction. */
  lastSent: number;
  lastReceived: number;
}

export function simulatedRedis(options: {
  clock: Clock;
  random: Random;
  weather?: RedisWeather;
}): SimulatedRedis {
  const { clock, random, weather = { minLatencyMs: 0.1, maxLatencyMs: 1 } } = options;
  const clients: Client[] = [];
  const held: (() => void)[] = [];
  let data: Data = new Map();
  let saved: Data = new Map();
  let runId = random.id();
  let running = true;
  let paused = false;

  const latency = () => weather.minLatencyMs + random.next() * (weather.maxLatencyMs - weather.minLatencyMs);

  function find(key: string): Record | undefined {
    const record = data.get(key);
    if (!record || record.expiresAt > clock.now()) return record;
    data.delete(key);
    return undefined;
  }

  /** Runs `work` on the server when it gets there, and brings its answer back. */
  function command<T>(client: Client, work: () => T): Promise<T> {
    if (!client.ready) return Promise.reject(new Error('not connected'));
    const { connection } = client;
    return new Promise((resolve, reject) => {
      client.inFlight.add(reject);
      const answer = (value: T) => {
        const now = client.clock.monotonic();
        client.lastReceived = Math.max(client.lastReceived, now + latency());
        client.clock.setTimeout(() => {
          if (client.connection !== connection) return;
          client.inFlight.delete(reject);
          resolve(value);
        }, client.lastReceived - now);
      };
      const arrive = () => {
        if (client.connection !== connection || !running) return;
        if (paused) held.push(arrive);
        else answer(work());
      };
      const now = clock.monotonic();
      client.lastSent = Math.max(client.lastSent, now + latency());
      clock.setTimeout(arrive, client.lastSent - now);
    });
  }

  function disconnect(client: Client): void {
    const wasReady = client.ready;
    client.connection++;
    client.ready = false;
    for (const reject of client.inFlight) reject(new Error('the connection is closed'));
    client.inFlight.clear();
    if (wasReady) for (const observer of client.observers) observer.closed();
  }

  /** Tries until there is a connection; while the server is down its start is what begins it again. */
  function dial(client: Client): void {
    client.clock.setTimeout(() => {
      if (client.closed || client.ready || !running) return;
      client.ready = true;
      client.lastSent = 0;
      client.lastReceived = 0;
      for (const observer of client.observers) observer.ready();
    }, latency());
  }

  return {
    weather,
    get running() {
      return running;
    },
    connect(clientClock) {
      const client: Client = {
        clock: clientClock,
        observers: [],
        inFlight: new Set(),
        connection: 0,
        ready: false,
        closed: false,
        lastSent: 0,
        lastReceived: 0,
      };
      clients.push(client);
      dial(client);
      return {
        get ready() {
          return client.ready;
        },
        fault: undefined,
        observe: (observer) => void client.observers.push(observer),
        runId: () => command(client, () => runId),
        get: (key) => command(client, () => find(key) ?? null),
        putIfNewer: (key, asOf, value, expirySeconds) =>
          command(client, () => {
            const there = find(key);
            if (there && there.asOf >= asOf) return false;
            data.set(key, { asOf, value, expiresAt: clock.now() + expirySeconds * 1000 });
            return true;
          }),
        discard: (key, { value }) =>
          command(client, () => {
            if (find(key)?.value === value) data.delete(key);
          }),
        async close() {
          client.closed = true;
          disconnect(client);
        },
      };
    },
    forge() {
      for (const [key, record] of data) {
        const value = record.value.replace(/"stock":\d+/, `"stock":${random.integer(1_000)}`);
        const late = { asOf: 9e14, value: value.replace(/"asOf":\d+/, '"asOf":900000000000000') };
        data.set(key, { ...record, value, ...(random.next() < 0.5 && late) });
      }
    },
    save() {
      saved = new Map(data);
    },
    kill() {
      if (!running) return;
      running = false;
      paused = false;
      held.length = 0;
      for (const client of clients) {
        const { connection } = client;
        client.clock.setTimeout(() => client.connection === connection && disconnect(client), latency());
      }
    },
    start(from) {
      if (running) return;
      running = true;
      runId = random.id();
      data = from === 'saved' ? new Map(saved) : new Map();
      for (const client of clients) {
        // The old connection died with the old server, whether or not the news of it has come.
        const { connection } = client;
        client.clock.setTimeout(() => {
          if (client.closed) return;
          if (client.connection === connection && client.ready) disconnect(client);
          dial(client);
        }, weather.maxLatencyMs);
      }
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      for (const arrive of held.splice(0)) arrive();
    },
  };
}
