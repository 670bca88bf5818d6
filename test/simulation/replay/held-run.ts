import { type EventLine, KIND, type RunName } from '../../../gateway/page/simulator/protocol.ts';
import type { Invariants } from '../invariants.ts';
import type { Flight, Observer } from '../observer.ts';
import type { Plan } from '../plan.ts';
import { type Outcome, simulate } from '../simulate.ts';
import type { Workload } from '../workload.ts';
import type { World } from '../world.ts';
import { createFrameReader } from './frame.ts';
import { perform, refusalOf } from './hand.ts';

/** One event with all that came of it. */
export interface TakenEvent extends EventLine {
  readonly frame: string | undefined;
  readonly marks: readonly string[];
}

/** A run that stands still until it is told how far to go. */
export interface HeldRun {
  /** Events taken. */
  readonly n: number;
  /** Present from before its first event on. */
  readonly world: World | undefined;
  readonly invariants: Invariants | undefined;
  readonly workload: Workload | undefined;
  /** Frames that have left and not arrived. */
  flights(): readonly Flight[];
  /** What became of it, once it is over. */
  readonly outcome: Outcome | undefined;
  /** Why an act of the run could not be done where it stands. */
  readonly refusal: string | undefined;
  /** Goes on until event `n` was taken, or to its end. */
  goTo(n: number): Promise<void>;
  /** It goes no further. */
  leave(): void;
}

class Left extends Error {
  override readonly name = 'Left';
}

/** Runs a seed, puts in its acts behind their events, and tells `onEvent` of each. */
export function createHeldRun(
  { seed, acts }: RunName,
  onEvent: (event: TakenEvent) => void,
  change?: (plan: Plan) => Plan,
): HeldRun {
  const reader = createFrameReader();
  const present: { world?: World; invariants?: Invariants; workload?: Workload } = {};
  let flying: Flight[] = [];
  let n = 0;
  let target = 0;
  let release: { goOn: () => void; leave: () => void } | undefined;
  let reached: (() => void) | undefined;
  let outcome: Outcome | undefined;
  let refusal: string | undefined;
  let isLeft = false;
  let isBegun = false;

  // What the event under way has brought so far.
  let text = '';
  let letter: string | undefined;
  let frame: string | undefined;
  let isQuiet = true;
  let marks: string[] = [];
  let committed = 0;
  let answers = 0;

  function note(words: string): void {
    text = text === '' ? words : `${text}; ${words}`;
    isQuiet = false;
  }

  const observer: Observer = {
    disturbed: acts.length > 0,
    begun(world, invariants, workload) {
      Object.assign(present, { world, invariants, workload });
      answers = workload.history.length;
      committed = invariants.committed;
    },
    sent(flight) {
      const now = present.world?.scheduler.now ?? 0;
      if (flying.length > MOST_FLYING) flying = flying.filter(({ arrivesAt }) => arrivesAt > now);
      flying.push(flight);
    },
    lost: (from, to) => note(`a frame of ${from} to ${to} is lost`),
    arrived(from, to, arrived) {
      const words = reader.read(from, to, arrived);
      letter = words.letter;
      frame = arrived;
      text = `${from} → ${to}  ${words.text}${text && `; ${text}`}`;
      isQuiet &&= words.isQuiet;
    },
    marked(words) {
      marks.push(words);
      note(words);
    },
    taken(process) {
      const kind = kindOf();
      n++;
      for (const act of acts) if (act.after === n) put(act);
      const { now } = present.world!.scheduler;
      onEvent({ n, at: now, kind: kind | marksKind(), process: process.name, text, letter, frame, marks });
      text = '';
      letter = undefined;
      frame = undefined;
      isQuiet = true;
      marks = [];
      if (isLeft) throw new Left();
      return n < target ? undefined : held();
    },
  };

  function kindOf(): number {
    const { invariants, workload } = present;
    let kind = frame === undefined ? 0 : KIND.message;
    if (invariants!.committed > committed) {
      note(`committed up to ${invariants!.committed}`);
      kind |= KIND.commit;
    }
    committed = invariants!.committed;
    for (const line of workload!.history.slice(answers)) {
      if (!('op' in line)) continue;
      note(`${line.client} is told: ${line.kind} ${line.outcome}`);
      kind |= KIND.answer;
    }
    answers = workload!.history.length;
    return isQuiet ? kind | KIND.quiet : kind;
  }

  function marksKind(): number {
    return marks.reduce((kind, mark) => kind | (IS_ELECTION.test(mark) ? KIND.election : KIND.fault), 0);
  }

  function put(act: RunName['acts'][number]): void {
    const run = { world: present.world!, invariants: present.invariants!, workload: present.workload! };
    refusal = refusalOf(act, run);
    if (refusal === undefined) perform(act, run);
  }

  function held(): Promise<void> {
    reached?.();
    return new Promise((goOn, reject) => {
      release = { goOn, leave: () => reject(new Left()) };
    });
  }

  /** What breaks a rule is found behind its event and before that is told. */
  function ended(became: Outcome): void {
    outcome = became;
    const { taken, now } = present.world!.scheduler;
    if (taken > n && !isLeft) {
      n = taken;
      onEvent({ n, at: now, kind: KIND.violation, process: 'outside', text, letter, frame, marks });
    }
    reached?.();
  }

  return {
    get n() {
      return n;
    },
    get world() {
      return present.world;
    },
    get invariants() {
      return present.invariants;
    },
    get workload() {
      return present.workload;
    },
    flights() {
      const now = present.world?.scheduler.now ?? 0;
      flying = flying.filter(({ arrivesAt }) => arrivesAt > now);
      return flying;
    },
    get outcome() {
      return outcome;
    },
    get refusal() {
      return refusal;
    },
    goTo(to) {
      return new Promise((resolve) => {
        if (outcome || to <= n) return resolve();
        target = to;
        reached = resolve;
        if (!isBegun) void simulate(seed, change, observer).then(ended);
        isBegun = true;
        const { goOn } = release ?? {};
        release = undefined;
        goOn?.();
      });
    },
    leave() {
      isLeft = true;
      release?.leave();
    },
  };
}

/** Frames that are remembered before those that have arrived are let go. */
const MOST_FLYING = 512;

const IS_ELECTION = /leads term/;
