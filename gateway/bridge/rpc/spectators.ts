import type { Clock } from '../../../runtime/clock.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type {
  FiguresAnswer,
  RatesAnswer,
  WatchAnswer,
  WatchedNodeAnswer,
  WatchTopic,
} from '../../../runtime/watch-answers.ts';
import type { GatewayService } from '../../service.ts';
import type { Metrics } from '../metrics.ts';
import { createRates } from '../rates.ts';
import { encodeNotification } from './protocol.ts';
import type { NotificationOutlet } from './subscriptions.ts';

/**
 * Connections that watch the store at work. Happenings are told at once and in order; figures are told at an interval,
 * and who has not taken the ones before is told the next. Both are encoded once for all. While nobody watches, nothing
 * is gathered.
 */
export interface Spectators {
  /** `sent` must be called once the answer has been handed to the socket; until then nothing is told. */
  watch(spectator: Spectator, what: readonly WatchTopic[]): { answer: WatchAnswer; sent: () => void };
  /** Returns what is still watched. */
  unwatch(spectator: Spectator, what: readonly WatchTopic[]): WatchTopic[];
  /** The outlet has drained. */
  flush(spectator: Spectator): void;
  forget(spectator: Spectator): void;
  close(): void;
}

export interface Spectator {
  readonly outlet: NotificationOutlet;
  /** Whether it may know which processes there are. */
  readonly seesProcesses: () => boolean;
  readonly what: Set<WatchTopic>;
  /** Happenings that it has not taken. */
  readonly waiting: string[];
  /** Answers of `watch` on their way; news waits for them. */
  holds: number;
}

export function createSpectator(outlet: NotificationOutlet, seesProcesses: () => boolean): Spectator {
  return { outlet, seesProcesses, what: new Set(), waiting: [], holds: 0 };
}

export function createSpectators(options: {
  readonly service: GatewayService;
  readonly metrics: Pick<Metrics, 'totals'>;
  readonly limits: Limits;
  readonly clock: Clock;
}): Spectators {
  const { service, metrics, limits, clock } = options;
  const spectators = new Set<Spectator>();
  const rates = createRates();
  const beatsPerSecond = Math.max(1, Math.round(1_000 / limits.figuresEveryMs));
  let stop: (() => void) | undefined;
  let latestRates: RatesAnswer | null = null;
  let beats = 0;

  function figures(seesProcesses: boolean): FiguresAnswer {
    const nodes = service.observatory.nodes();
    let leader: (typeof nodes)[number] | undefined;
    for (const node of nodes) {
      const raft = node.figures?.raft;
      if (raft?.role === 'leader' && raft.term >= (leader?.figures?.raft?.term ?? 0)) leader = node;
    }
    return {
      boot: service.boot,
      at: clock.now(),
      version: service.version(),
      leader: leader?.id ?? null,
      rates: latestRates,
      nodes: seesProcesses ? nodes : nodes.map(placeless),
    };
  }

  function beat(): void {
    if (beats++ % beatsPerSecond === 0) latestRates = rates.look(metrics.totals(), clock.monotonic());
    const texts = new Map<boolean, string>();
    for (const spectator of spectators) {
      if (!spectator.what.has('figures') || spectator.holds > 0 || !spectator.outlet.isReady()) continue;
      const seesProcesses = spectator.seesProcesses();
      const text = texts.get(seesProcesses) ?? encodeNotification('figures', figures(seesProcesses));
      texts.set(seesProcesses, text);
      spectator.outlet.send(text);
    }
  }

  function happened(happenings: WatchAnswer['happenings']): void {
    const text = encodeNotification('happenings', { happenings });
    for (const spectator of spectators) {
      if (!spectator.what.has('happenings')) continue;
      spectator.waiting.push(text);
      if (spectator.waiting.length > limits.keptHappenings)
        spectator.outlet.cut('it does not read what happens');
      else flush(spectator);
    }
  }

  function flush(spectator: Spectator): void {
    const { outlet, waiting, holds } = spectator;
    while (holds === 0 && waiting.length > 0 && outlet.isReady()) outlet.send(waiting.shift()!);
  }

  function forget(spectator: Spectator): void {
    spectator.what.clear();
    spectator.waiting.length = 0;
    if (!spectators.delete(spectator) || spectators.size > 0) return;
    stop?.();
    stop = undefined;
    latestRates = null;
    rates.forget();
  }

  return {
    watch(spectator, what) {
      if (!spectators.has(spectator) && spectators.size >= limits.maxSpectators) {
        const message = `${limits.maxSpectators} connections watch the store already.`;
        throw new BazarError('too-many-requests', message);
      }
      spectators.add(spectator);
      for (const topic of what) spectator.what.add(topic);
      stop ??= service.observatory.watch({ happened, beat });
      spectator.holds += 1;
      return {
        answer: {
          happenings: what.includes('happenings') ? service.observatory.happenings() : [],
          figures: what.includes('figures') ? figures(spectator.seesProcesses()) : null,
        },
        sent() {
          spectator.holds -= 1;
          flush(spectator);
        },
      };
    },
    unwatch(spectator, what) {
      for (const topic of what) spectator.what.delete(topic);
      if (!spectator.what.has('happenings')) spectator.waiting.length = 0;
      if (spectator.what.size === 0) forget(spectator);
      return [...spectator.what];
    },
    flush,
    forget,
    close() {
      for (const spectator of [...spectators]) forget(spectator);
    },
  };
}

/** Strangers are not told which process it is, nor where its links go. */
function placeless({ pid: _, figures, ...node }: WatchedNodeAnswer): WatchedNodeAnswer {
  if (!figures) return { ...node, figures };
  const links = figures.links.map(({ problem: _problem, ...link }) => link);
  return { ...node, figures: { ...figures, links } };
}
