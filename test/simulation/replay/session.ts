import {
  type EventLine,
  type FromReplay,
  KIND,
  type Moment,
  type RunName,
  type ToReplay,
} from '../../../gateway/page/simulator/protocol.ts';
import type { Plan } from '../plan.ts';
import { createHeldRun, type HeldRun, type TakenEvent } from './held-run.ts';
import { pictureOf } from './picture.ts';
import { createSurvey } from './survey.ts';

/** Moments before the one that was sought of which a picture is kept: so many steps back cost nothing. */
const STEPS_BACK = 200;
/** Bytes of pictures, and of events with their frames, that are kept. */
const MOST_PICTURE_BYTES = 12 * 1024 * 1024;
const MOST_EVENT_BYTES = 8 * 1024 * 1024;
const MOST_LINES = 60;
/** Events between two words on how far a survey has come. */
const PROGRESS_EVENTS = 500;
/** Characters of a message that are shown. */
const MOST_MESSAGE = 64 * 1024;

/**
 * Shows one run after the other. A run is gone through twice: once whole, for its timeline, and a second time as far as
 * the moment that is shown. To go back it begins anew, since the same name gives the same run; the last steps before a
 * moment are kept as pictures.
 */
export interface Session {
  /** Done in the order in which they come; what was overtaken by a newer `open` is left. */
  hear(asked: ToReplay): Promise<void>;
}

export function createSession(tell: (said: FromReplay) => void, change?: (plan: Plan) => Plan): Session {
  let name: RunName = { seed: 0, acts: [] };
  let run: HeldRun | undefined;
  let total = 0;
  const pictures = createStore<string>(MOST_PICTURE_BYTES, (text) => text.length);
  const events = createStore<TakenEvent>(
    MOST_EVENT_BYTES,
    ({ frame, text }) => 200 + text.length + (frame?.length ?? 0),
  );
  let opened = 0;
  let working: Promise<void> = Promise.resolve();

  async function open(asked: RunName, n: number, turn: number): Promise<void> {
    run?.leave();
    name = asked;
    pictures.clear();
    events.clear();
    total = 0;
    const survey = createSurvey();
    const surveyed = createHeldRun(
      name,
      (event) => {
        survey.take(event, surveyed);
        if (event.n % PROGRESS_EVENTS === 0) tell({ type: 'progress', events: event.n, at: event.at });
        if (turn !== opened) surveyed.leave();
        if (surveyed.refusal !== undefined) surveyed.leave();
      },
      change,
    );
    await surveyed.goTo(Number.POSITIVE_INFINITY);
    run = undefined;
    if (turn !== opened) return;
    if (surveyed.refusal !== undefined) {
      tell({ type: 'refused', n, words: surveyed.refusal });
      return;
    }
    total = surveyed.n;
    tell({ type: 'timeline', timeline: survey.timeline(surveyed) });
  }

  async function show(n: number, quiet: boolean, turn: number): Promise<void> {
    if (total === 0) return;
    if (n < 1 || n > total) {
      const words = `This run has ${total.toLocaleString('en-US')} events: there is no event ${n}.`;
      tell({ type: 'refused', n, words });
      return;
    }
    if (pictures.get(n) === undefined || events.get(n) === undefined) await seek(n, turn);
    const picture = pictures.get(n);
    if (picture === undefined || turn !== opened) return;
    tell({ type: 'moment', moment: JSON.parse(picture) as Moment, lines: linesBefore(n, quiet) });
  }

  async function seek(n: number, turn: number): Promise<void> {
    if (!run || run.n > n) {
      run?.leave();
      events.clear();
      run = createHeldRun(name, keep, change);
    }
    const near = n - run.n <= 2 ? n : Math.max(run.n + 1, n - STEPS_BACK);
    for (let at = near; at <= n; at++) {
      await run.goTo(at);
      if (turn !== opened) return;
      pictures.set(run.n, JSON.stringify(pictureOf(run)));
    }
    // What is found only when all is over is told at the last event.
    if (n === total) {
      await run.goTo(Number.POSITIVE_INFINITY);
      pictures.set(n, JSON.stringify(pictureOf(run)));
    }
  }

  function keep(event: TakenEvent): void {
    events.set(event.n, event);
  }

  /** Newest first. */
  function linesBefore(n: number, quiet: boolean): EventLine[] {
    const lines: EventLine[] = [];
    for (let at = n; at > 0 && lines.length < MOST_LINES; at--) {
      const event = events.get(at);
      if (!event) break;
      const { kind, process, text, letter, at: time } = event;
      if (at !== n && kind & KIND.quiet && !(quiet && kind & KIND.message)) continue;
      lines.push({ n: at, at: time, kind, process, text: text.slice(0, 300), letter });
    }
    return lines;
  }

  return {
    hear(asked) {
      if (asked.type === 'open') opened++;
      const turn = opened;
      const work = () => {
        if (asked.type === 'open') return open(asked.run, asked.n, turn);
        if (asked.type === 'show') return show(asked.n, asked.quiet, turn);
        const text = events.get(asked.n)?.frame?.slice(0, MOST_MESSAGE) ?? null;
        return tell({ type: 'message', n: asked.n, text });
      };
      working = working.then(work);
      return working;
    },
  };
}

/** What is newest, by number, as far as its bytes allow. */
function createStore<T>(mostBytes: number, bytesOf: (value: T) => number) {
  const values = new Map<number, T>();
  let bytes = 0;
  const drop = (n: number) => {
    bytes -= values.has(n) ? bytesOf(values.get(n)!) : 0;
    values.delete(n);
  };
  return {
    get: (n: number) => values.get(n),
    set(n: number, value: T) {
      drop(n);
      values.set(n, value);
      bytes += bytesOf(value);
      for (const oldest of values.keys()) {
        if (bytes <= mostBytes) break;
        drop(oldest);
      }
    },
    clear() {
      values.clear();
      bytes = 0;
    },
  };
}
