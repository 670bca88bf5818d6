import { goTo } from '../route.ts';
import { runName } from './replay.ts';

/** Asks for the seed. */
export function RunForm() {
  const run = runName.value;
  return (
    <form
      class="together run-form"
      onSubmit={(event) => {
        event.preventDefault();
        const seed = new FormData(event.currentTarget).get('seed');
        goTo('simulator', { seed: String(seed) });
      }}
    >
      <label for="seed">Seed</label>
      <input
        id="seed"
        name="seed"
        inputMode="numeric"
        size={8}
        required
        key={run?.seed}
        defaultValue={`${run?.seed ?? 42}`}
      />
      <button type="submit" class="primary">
        Run
      </button>
      {run && run.acts.length > 0 && <a href={`#/simulator?seed=${run.seed}`}>without what you did</a>}
    </form>
  );
}
