import { chronologyOf, endWords } from '../../../runtime/trace/chronology.ts';
import { formatUs } from '../../../runtime/trace/step-words.ts';
import { timeParts } from '../../../runtime/trace/time-parts.ts';
import type { TraceAnswer } from '../../../runtime/trace/trace-answers.ts';
import { traceText } from '../../../runtime/trace/trace-text.ts';
import { formatPercent, formatTime, ZONE } from '../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';
import { number, TableHead } from '../table-head.tsx';
import { LanesForm } from './lanes-form.tsx';
import { FORM_TITLES, FORMS, traceAddress, traceForm } from './request-address.ts';
import { WaterfallForm } from './waterfall-form.tsx';

/** One trace in its four forms, and where the time went. */
export function TracePanel({ trace }: { trace: TraceAnswer }) {
  const { orderId, outcome, total, span, at, door, traceId } = trace;
  const isBought = outcome === 'confirmed';
  return (
    <>
      <section class="panel trace" aria-labelledby="trace">
        <header>
          <div>
            <h2 id="trace">
              Order <a href={`#/shop?order=${encodeURIComponent(orderId)}`}>{orderId}</a>
            </h2>
            <p>
              <span class={`sign ${isBought ? 'good' : outcome === 'unknown' ? 'warn' : 'bad'}`}>
                <span aria-hidden="true">{isBought ? '●' : outcome === 'unknown' ? '▽' : '✕'}</span>{' '}
                {endWords(trace)}
              </span>
              {total && ` · ${total}`} · <b>{formatUs(span.tookUs)}</b> ·{' '}
              <time title={ZONE} dateTime={at}>
                {formatTime(Date.parse(at))}
              </time>{' '}
              by {door === 'ws' ? 'WebSocket' : 'HTTP'}
            </p>
            {traceId && <p class="quiet fine">trace-id {traceId}</p>}
          </div>
          <nav class="forms" aria-label="Forms of the trace">
            {FORMS.map((form) => (
              <a
                key={form}
                href={traceAddress({ form })}
                aria-current={form === traceForm.value ? 'page' : undefined}
              >
                {FORM_TITLES[form]}
              </a>
            ))}
          </nav>
        </header>
        <Form trace={trace} />
        <p class="quiet fine">
          Each process tells its own durations, by its own clock. What a process waits beyond what the other
          one accounts for was on the way, there and back together, and is drawn behind it.
          {span.omitted ? ` ${span.omitted} steps had no room.` : ''}
        </p>
      </section>
      <PartsTable trace={trace} />
    </>
  );
}

function Form({ trace }: { trace: TraceAnswer }) {
  switch (traceForm.value) {
    case 'lanes':
      return <LanesForm chronology={chronologyOf(trace)} />;
    case 'waterfall':
      return <WaterfallForm chronology={chronologyOf(trace)} />;
    case 'text':
      return <TextForm label="The trace as text" text={traceText(trace)} />;
    case 'json':
      return <TextForm label="The trace as JSON" text={JSON.stringify(trace, null, 2)} />;
  }
}

function TextForm({ label, text }: { label: string; text: string }) {
  return (
    <ScrollRegion label={label}>
      <pre>{text}</pre>
    </ScrollRegion>
  );
}

const BAR = 160;

function PartsTable({ trace: { span } }: { trace: TraceAnswer }) {
  const parts = timeParts(span);
  return (
    <section class="panel" aria-labelledby="parts">
      <header>
        <h2 id="parts">Where the time went</h2>
      </header>
      <ScrollRegion label="Where the time went, as a table">
        <table class="parts">
          <TableHead columns={['where', 'what', number('time'), number('part'), '']} />
          <tbody>
            {parts.map(({ where, what, us }) => (
              <tr key={`${where} ${what}`}>
                <th scope="row">{where}</th>
                <td>{what}</td>
                <td class="number">{formatUs(us)}</td>
                <td class="number">{formatPercent(us / span.tookUs)}</td>
                <td>
                  <svg width={BAR} height="10" aria-hidden="true">
                    <rect class="work" width={(us / span.tookUs) * BAR} height="10" rx="2" />
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}
