import { ScrollRegion } from '../scroll-region.tsx';
import { type EventLine, KIND } from './protocol.ts';
import { lines, message, readMessage, seek, setQuiet, showsQuiet } from './replay.ts';

/** The last events before the moment, and the message of one of them, whole. */
export function EventPanel() {
  return (
    <section class="panel events" aria-labelledby="events">
      <header>
        <h2 id="events">Events</h2>
        <button
          type="button"
          class="chip"
          aria-pressed={showsQuiet.value}
          onClick={() => setQuiet(!showsQuiet.value)}
        >
          Heartbeats
        </button>
      </header>
      <ScrollRegion label="Events, the newest first">
        <ol>
          {lines.value.map((line) => (
            <Line key={line.n} line={line} />
          ))}
        </ol>
      </ScrollRegion>
      {message.value && <Message n={message.value.n} text={message.value.text} />}
    </section>
  );
}

function signOfLine({ kind, letter }: EventLine): readonly [shape: string, tone: string] {
  if (kind & KIND.violation) return ['✕', 'bad'];
  if (kind & KIND.election) return ['★', 'lead'];
  if (kind & KIND.fault) return ['▽', 'warn'];
  if (kind & KIND.commit) return ['●', 'good'];
  return [letter ?? '·', 'none'];
}

function Line({ line }: { line: EventLine }) {
  const [shape, tone] = signOfLine(line);
  return (
    <li>
      <button
        type="button"
        class="plain number"
        aria-label={`To event ${line.n}`}
        onClick={() => seek(line.n)}
      >
        {(line.at / 1_000).toFixed(3)}
      </button>
      <span class={`shape ${tone}`} aria-hidden="true">
        {shape}
      </span>
      <span class="what">
        {line.text || `a timer of ${line.process}`}{' '}
        {(line.kind & KIND.message) !== 0 && (
          <button
            type="button"
            class="plain"
            aria-label={`The message of event ${line.n} as JSON`}
            onClick={() => readMessage(line.n)}
          >
            JSON
          </button>
        )}
      </span>
    </li>
  );
}

function Message({ n, text }: { n: number; text: string | null }) {
  return (
    <section class="message" aria-labelledby="message">
      <h3 id="message">The message of event {n}</h3>
      {text === null ? (
        <p class="empty">This event brought no message, or lies too far back: go to it first.</p>
      ) : (
        <ScrollRegion label="The message as JSON">
          <pre>{pretty(text)}</pre>
        </ScrollRegion>
      )}
    </section>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
