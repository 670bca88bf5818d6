import { shownMoment } from './replay.ts';

const SIGNS = {
  held: { shape: '✓', tone: 'good' },
  broken: { shape: '✕', tone: 'bad' },
  open: { shape: '◐', tone: 'warn' },
} as const;

/** What the judges say so far. */
export function VerdictList() {
  const verdicts = shownMoment.value?.verdicts ?? [];
  return (
    <ul class="verdicts" aria-label="The judges">
      {verdicts.map(({ name, state, says }) => (
        <li key={name} class={state}>
          <span class={`sign ${SIGNS[state].tone}`}>
            <span aria-hidden="true">{SIGNS[state].shape}</span> {name}
          </span>{' '}
          <span class="quiet">{state === 'broken' ? `is broken: ${says}` : says}</span>
        </li>
      ))}
    </ul>
  );
}
