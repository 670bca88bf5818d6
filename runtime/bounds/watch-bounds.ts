import { type Bound, bound, KIB } from './bound.ts';

/** The bounds of watching the store at work. */
export const WATCH_BOUNDS = {
  watchLeaseMs: bound(5_000, 'ms a node goes on telling a gateway its figures without being asked again'),
  watchRenewMs: bound(2_000, 'ms between two renewals of that while somebody watches'),
  figuresEveryMs: bound(250, 'ms between two figures of a node that is watched'),
  staleFiguresMs: bound(
    1_000,
    'ms without figures after which a watched node with an open link counts as unreachable',
  ),
  keptHappenings: bound(256, 'happenings of each node that are kept for those who begin to watch later'),
  maxHappeningsPerSecond: bound(50, 'happenings of a node in one second; those beyond are counted'),
  maxTraces: bound(200, 'traces of purchases that a gateway keeps; the oldest gives way'),
  maxTraceBytes: bound(32 * KIB, 'bytes of one kept trace; steps in its middle give way, and are counted'),
  maxTraceSteps: bound(200, 'steps of one process in a trace; those in the middle give way, and are counted'),
  traceKeptMs: bound(600_000, 'ms a trace is kept'),
  maxEventStreams: bound(200, 'streams of events that a gateway tells at once', '429'),
  eventPauseMs: bound(200, 'ms between two looks of the streams of events while nothing is told'),
  eventRestMs: bound(20, 'ms between two of their looks at least, however much happens'),
  maxEventReads: bound(
    1_000,
    'pages a second that all of them together look for; with many streams their looks lie further apart',
  ),
  eventHeartbeatMs: bound(5_000, 'ms of silence after which a stream of events says that it lives'),
  eventDrainMs: bound(10_000, 'ms a client may leave a page of events untaken', 'its stream is ended'),
  maxSpectators: bound(1_000, 'connections that watch the store at work', '429'),
} as const satisfies Readonly<Record<string, Bound>>;
