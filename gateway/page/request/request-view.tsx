import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { addressOf, subject } from '../route.ts';
import { sayFailure } from '../shop/say-failure.ts';
import { socketState } from '../store-socket.ts';
import { TraceNext } from '../trace-next.tsx';
import { findTrace, foundTrace } from './find-trace.ts';
import { KeptTraces } from './kept-traces.tsx';
import { listenToTraceKeys } from './trace-keys.ts';
import { TracePanel } from './trace-panel.tsx';

/** Where the time of one purchase went, from process to process. */
export function RequestView() {
  useSignalEffect(() => {
    if (subject.value !== '' && socketState.value.kind === 'live') void findTrace(subject.value);
  });
  useEffect(listenToTraceKeys, []);
  return (
    <div class="request">
      <section class="panel finder" aria-labelledby="request">
        <header>
          <h1 id="request">Request</h1>
          <TraceNext />
        </header>
        <FindForm />
      </section>
      {subject.value === '' ? <KeptTraces /> : <Found orderId={subject.value} />}
    </div>
  );
}

function FindForm() {
  const text = useSignal(subject.peek());
  useSignalEffect(() => {
    text.value = subject.value;
  });

  function submit(event: Event): void {
    event.preventDefault();
    const orderId = text.value.trim();
    if (orderId === subject.value) void findTrace(orderId);
    else location.hash = addressOf('request', orderId);
  }

  return (
    <form onSubmit={submit}>
      <label for="traced-order">Order id</label>
      <div class="together">
        <input
          id="traced-order"
          value={text.value}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <button type="submit">{subject.value === text.value.trim() ? 'Look again' : 'Look'}</button>
      </div>
    </form>
  );
}

function Found({ orderId }: { orderId: string }) {
  const found = foundTrace.value;
  switch (found.kind) {
    case 'trace':
      return <TracePanel trace={found.trace} />;
    case 'looking':
      return (
        <p class="panel" aria-busy="true">
          Looking for the trace of <bdi>{orderId}</bdi>…
        </p>
      );
    case 'untraced':
      return (
        <section class="panel" role="status">
          <p>
            Order <a href={`#/shop?order=${encodeURIComponent(orderId)}`}>{orderId}</a> is{' '}
            {found.order.status === 'confirmed' ? 'bought' : 'refused'}, and there is no trace of it: only
            purchases that ask for it are traced, and a trace is kept for ten minutes.
          </p>
          <WayBack />
        </section>
      );
    case 'unknown':
      return (
        <section class="panel" role="status">
          <p>
            There is no order “<bdi>{orderId.slice(0, 128)}</bdi>”, and no trace of one. If its purchase is
            still on its way, look again.
          </p>
          <WayBack />
        </section>
      );
    case 'failed':
      return (
        <section class="panel" role="alert">
          <p class="fault">{sayFailure(found.failure)}</p>
          <WayBack />
        </section>
      );
  }
}

function WayBack() {
  return (
    <p>
      <a href="#/request">See which purchases are traced</a>, or press <b>Trace the next purchases</b> and buy
      in the <a href="#/shop">shop</a>.
    </p>
  );
}
