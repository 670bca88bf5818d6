import { signal, useSignalEffect } from '@preact/signals';
import { formatUs } from '../../../runtime/trace/step-words.ts';
import type { TracesAnswer } from '../../../runtime/trace/trace-answers.ts';
import { formatTime } from '../format.ts';
import { addressOf } from '../route.ts';
import { role } from '../shop/keeper.tsx';
import { purchases } from '../shop/purchases.ts';
import { call, socketState } from '../store-socket.ts';
import { TRACED_AT_ONCE } from '../tracing.ts';

/** Which purchases are traced: those of this page, and with a token everybody's. */
export function KeptTraces() {
  const own = purchases.value.filter(({ isTraced }) => isTraced);
  return (
    <>
      <section class="panel" aria-labelledby="own-traces">
        <header>
          <h2 id="own-traces">Traced purchases of this page</h2>
        </header>
        {own.length === 0 ? (
          <p class="empty">
            None yet: press <b>Trace the next {TRACED_AT_ONCE} purchases</b>, then buy in the{' '}
            <a href="#/shop">shop</a>.
          </p>
        ) : (
          <ul class="traces">
            {own.map(({ orderId, lines, state }) => (
              <li key={orderId}>
                <a href={addressOf('request', orderId)}>{orderId}</a>{' '}
                <bdi>{lines.map(({ title, quantity }) => `${quantity} × ${title}`).join(', ')}</bdi>
                {state === 'waiting' && <span class="quiet"> is on its way</span>}
              </li>
            ))}
          </ul>
        )}
      </section>
      {role.value !== null && <AllTraces />}
    </>
  );
}

const all = signal<TracesAnswer | null>(null);

async function ask(method: 'traces' | 'traceNext', params = {}): Promise<void> {
  all.value = await call<TracesAnswer>(method, params).catch(() => all.peek());
}

function AllTraces() {
  useSignalEffect(() => {
    if (role.value !== null && socketState.value.kind === 'live') void ask('traces');
  });
  const { traces = [], awaited = 0 } = all.value ?? {};
  return (
    <section class="panel" aria-labelledby="all-traces">
      <header>
        <h2 id="all-traces">Kept by the gateway</h2>
        <div class="together">
          <button
            type="button"
            onClick={() => void ask('traceNext', { purchases: awaited ? 0 : TRACED_AT_ONCE })}
          >
            {awaited
              ? `Tracing the next ${awaited} of all; stop`
              : `Trace the next ${TRACED_AT_ONCE}, whosever`}
          </button>
          <button type="button" onClick={() => void ask('traces')}>
            Read the list again
          </button>
        </div>
      </header>
      {traces.length === 0 ? (
        <p class="empty">None.</p>
      ) : (
        <ul class="traces">
          {traces.map(({ orderId, at, tookUs, outcome, code }) => (
            <li key={orderId}>
              <a href={addressOf('request', orderId)}>{orderId}</a> {code ?? outcome} in {formatUs(tookUs)}{' '}
              <span class="quiet">at {formatTime(Date.parse(at))}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
