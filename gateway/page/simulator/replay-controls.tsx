import { formatCount } from '../format.ts';
import {
  eventAt,
  eventBeside,
  isPlaying,
  STEPS,
  type StepName,
  seek,
  shownMoment,
  speed,
  step,
  timeline,
  togglePlay,
  wantedEvent,
} from './replay.ts';

const SPEEDS = [0.001, 0.01, 0.1, 1, 10] as const;

/** Steps, plays and seeks. */
export function ReplayControls() {
  const whole = timeline.value!;
  const at = shownMoment.value?.at ?? 0;
  return (
    <div class="controls">
      <div class="together">
        <button type="button" aria-label="To the beginning" onClick={() => seek(1)}>
          |◀
        </button>
        <button type="button" aria-label="One event back" onClick={() => step('event', -1)}>
          ◀
        </button>
        <button type="button" class="primary" onClick={togglePlay}>
          {isPlaying.value ? '‖ Stop' : '▶ Play'}
        </button>
        <button type="button" aria-label="One event on" onClick={() => step('event', 1)}>
          ▶
        </button>
        <button type="button" aria-label="To the end" onClick={() => seek(whole.events)}>
          ▶|
        </button>
        <label>
          <span class="for-ears">Speed</span>
          <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
            {SPEEDS.map((value) => (
              <option key={value} value={value}>
                {value < 1 ? `× 1/${1 / value}` : `× ${value}`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <fieldset class="steps">
        <legend class="for-ears">Steps</legend>
        {(Object.keys(STEPS) as StepName[])
          .filter((name) => name !== 'event')
          .map((name) => (
            <Jump key={name} name={name} />
          ))}
      </fieldset>
      <label class="slider">
        <span class="for-ears">Moment</span>
        <input
          type="range"
          min={0}
          max={Math.ceil(whole.endsAt)}
          step={10}
          value={Math.round(whole.times[wantedEvent.value - 1] ?? at)}
          aria-valuetext={`${(at / 1_000).toFixed(2)} s, event ${formatCount(wantedEvent.value)} of ${formatCount(whole.events)}`}
          onInput={(event) => seek(eventAt(Number(event.currentTarget.value)))}
        />
      </label>
    </div>
  );
}

function Jump({ name }: { name: StepName }) {
  return (
    <span class="jump">
      <button
        type="button"
        aria-label={`Last ${name}`}
        disabled={eventBeside(name, -1) === null}
        onClick={() => step(name, -1)}
      >
        ‹
      </button>
      {name}
      <button
        type="button"
        aria-label={`Next ${name}`}
        disabled={eventBeside(name, 1) === null}
        onClick={() => step(name, 1)}
      >
        ›
      </button>
    </span>
  );
}
