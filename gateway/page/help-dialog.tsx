import type { RefObject } from 'preact';

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['g c', 'the cluster'],
  ['g s', 'the shop'],
  ['g r', 'a request'],
  ['1 2 3 4', 'of a trace: lanes, waterfall, text, JSON'],
  ['↑ ↓', 'of a trace: the line before or behind'],
  ['W S A D', 'of a waterfall: closer, wider, earlier, later'],
  ['g t', 'the statecharts'],
  ['g e', 'the experiments'],
  ['g m', 'the simulator'],
  ['g l', 'the lab'],
  ['/', 'search the shelf'],
  ['Space', 'hold the picture, or let it go on; in the simulator: play and stop'],
  ['← →', 'in the simulator: one event back or on; with Shift: to the last or next fault or election'],
  ['?', 'this list'],
  ['Esc', 'close it'],
];

const SIGNS: readonly (readonly [shape: string, tone: string, meaning: string])[] = [
  ['●', 'good', 'ready, open, bought'],
  ['★', 'lead', 'the leader: it orders every write'],
  ['◐', 'warn', 'on its way: starting, dialling, standing for election'],
  ['▽', 'warn', 'draining, recovering, or not known'],
  ['✕', 'bad', 'away: no process, no answer, no link'],
  ['○', 'none', 'follows, or not seen yet'],
];

/** The keys and the signs. */
export function HelpDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="help">
      <h2 id="help">Keys and signs</h2>
      <dl class="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <dl class="keys">
        {SIGNS.map(([shape, tone, meaning]) => (
          <div key={shape}>
            <dt class={`sign ${tone}`}>{shape}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
