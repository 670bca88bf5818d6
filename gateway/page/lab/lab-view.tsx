import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { KeeperPanel, role } from '../shop/keeper.tsx';
import { sayFailure } from '../shop/say-failure.ts';
import { type CallFailure, socketState } from '../store-socket.ts';
import { CARDS, type Card, type Check } from './cards.ts';
import { askLab, faults, labState, lookAtLab } from './lab-state.ts';

/** Breaks things on purpose: each card says what should happen, and then what did. */

type Run =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly checks: readonly Check[] }
  | { readonly kind: 'refused'; readonly text: string };

const runs = signal<ReadonlyMap<string, Run>>(new Map());

export function LabView() {
  useSignalEffect(() => {
    void role.value;
    if (socketState.value.kind === 'live') void lookAtLab();
  });
  return (
    <div class="lab">
      <section class="panel" aria-labelledby="lab">
        <header>
          <h1 id="lab">Lab</h1>
          {labState.value === 'open' && <HealButton />}
        </header>
        <Standing />
      </section>
      {labState.value === 'locked' && <KeeperPanel />}
      {labState.value === 'open' && (
        <ul class="cards">
          {CARDS.map((card) => (
            <CardPanel key={card.name} card={card} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Standing() {
  switch (labState.value) {
    case 'asked':
      return <p aria-busy="true">Asking the store whether it has a lab…</p>;
    case 'absent':
      return (
        <p>
          This store was started without a lab. <code>npm start -- --lab</code> starts one with it; the{' '}
          <a href="#/simulator">simulator</a> breaks things without harm to any store.
        </p>
      );
    case 'locked':
      return <p>Whoever breaks things shows the admin token first.</p>;
    case 'open':
      return <Broken />;
  }
}

function Broken() {
  if (faults.value.length === 0) return <p>Nothing is broken. Every fault ends by itself.</p>;
  return (
    <ul class="faults">
      {faults.value.map(({ text, node }) => (
        <li key={node + text}>
          <span class="sign bad">✕</span> {text}
        </li>
      ))}
    </ul>
  );
}

function HealButton() {
  const said = useSignal('');
  async function heal(): Promise<void> {
    said.value = await askLab({ do: 'heal' }).then(({ text = '' }) => text, sayFailure);
  }
  return (
    <div class="together">
      <p role="status" class="quiet">
        {said.value}
      </p>
      <button type="button" onClick={() => void heal()}>
        Stop and heal all
      </button>
    </div>
  );
}

function CardPanel({ card }: { card: Card }) {
  const run = runs.value.get(card.name);
  const isBusy = [...runs.value.values()].some(({ kind }) => kind === 'running');
  return (
    <li class="panel">
      <h2>{card.title}</h2>
      <p>{card.does}</p>
      <p>
        <b>What should happen:</b> {card.expects}
      </p>
      <button type="button" disabled={isBusy} onClick={() => void start(card)}>
        {run?.kind === 'running' ? 'At it…' : 'Do it'}
        <span class="for-ears">: {card.title}</span>
      </button>
      <div role="status">{run && run.kind !== 'running' && <WhatHappened run={run} />}</div>
    </li>
  );
}

function WhatHappened({ run }: { run: Exclude<Run, { kind: 'running' }> }) {
  if (run.kind === 'refused') return <p class="fault">{run.text}</p>;
  return (
    <>
      <b>What happened:</b>
      <ul class="checks">
        {run.checks.map(({ text, ok }) => (
          <li key={text}>
            <span class={`sign ${ok ? 'good' : 'bad'}`}>{ok ? '✓' : '✗'}</span>
            <span class="for-ears">{ok ? 'as it should: ' : 'not as it should: '}</span> {text}
          </li>
        ))}
      </ul>
    </>
  );
}

async function start(card: Card): Promise<void> {
  set(card.name, { kind: 'running' });
  try {
    set(card.name, { kind: 'done', checks: await card.run() });
  } catch (thrown) {
    set(card.name, { kind: 'refused', text: sayFailure(thrown as CallFailure) });
  }
  void lookAtLab();
}

function set(name: string, run: Run): void {
  runs.value = new Map([...runs.value, [name, run]]);
}
