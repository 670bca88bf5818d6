import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { type LinkEffect, type LinkEvent, linkMachine } from '../../runtime/links/link-machine.ts';

const test = suite('the link statechart');

const peer = { id: 'catalog-1', kind: 'catalog', incarnation: 'made-today' } as const;
const opened: LinkEvent = { type: 'connection.opened' };
const greeted: LinkEvent = { type: 'greeting.completed', peer };
const lost: LinkEvent = { type: 'connection.lost', reason: 'reset' };
const paused: LinkEvent = { type: 'pause.ended' };
const moved: LinkEvent = { type: 'address.changed' };
const ended: LinkEvent = { type: 'link.ended', reason: 'shutting down' };
/** The machine's own timers, which the pure functions do not run. */
const greetingTimeout = { type: 'xstate.after.greetingTimeout.link.establishing' } as unknown as LinkEvent;
const proven = { type: 'xstate.after.proving.link.open' } as unknown as LinkEvent;

type Action = { readonly type: string; readonly params?: unknown };

/** The state that these events lead to, and the effects of the last step. */
function after(dials: boolean, ...events: LinkEvent[]) {
  let [snapshot, actions] = initialTransition(linkMachine, { dials, greetingTimeoutMs: 1_000 });
  for (const event of events) [snapshot, actions] = transition(linkMachine, snapshot, event);
  return { state: stateOf(snapshot), effects: effectsOf(actions), failures: snapshot.context.failures };
}

function stateOf(snapshot: AnyMachineSnapshot): string {
  return typeof snapshot.value === 'string' ? snapshot.value : Object.values(snapshot.value).join();
}

function effectsOf(actions: readonly Action[]): LinkEffect[] {
  return actions.filter(({ type }) => type === 'effect').map(({ params }) => params as LinkEffect);
}

const connect: LinkEffect = { type: 'connect' };
const greet: LinkEffect = { type: 'greet' };
const announceClosed: LinkEffect = { type: 'announceClosed' };
const retire: LinkEffect = { type: 'retire' };
const hangUp = (reason: string): LinkEffect => ({ type: 'hangUp', reason });
const backOff = (failures: number): LinkEffect => ({ type: 'backOff', failures });

const table: [what: string, dials: boolean, events: LinkEvent[], state: string, effects: LinkEffect[]][] = [
  ['begins by connecting', true, [], 'connecting', [connect]],
  ['greets on an open connection', true, [opened], 'greeting', [greet]],
  ['opens once greeted', true, [opened, greeted], 'open', [{ type: 'announceOpen', peer }]],
  ['backs off when nobody answers', true, [lost], 'backingOff', [hangUp('reset'), backOff(1)]],
  [
    'backs off when the dialling takes too long',
    true,
    [greetingTimeout],
    'backingOff',
    [hangUp('no greeting in time'), backOff(1)],
  ],
  [
    'backs off when the greeting takes too long',
    true,
    [opened, greetingTimeout],
    'backingOff',
    [hangUp('no greeting in time'), backOff(1)],
  ],
  [
    'backs off when the greeting is refused',
    true,
    [opened, { type: 'frame.refused', reason: 'secret' }],
    'backingOff',
    [hangUp('secret'), backOff(1)],
  ],
  ['dials again after the pause', true, [lost, paused], 'connecting', [connect]],
  ['counts failures in a row', true, [lost, paused, lost], 'backingOff', [hangUp('reset'), backOff(2)]],
  [
    'announces its loss before it lets go',
    true,
    [opened, greeted, lost],
    'backingOff',
    [announceClosed, hangUp('reset'), backOff(1)],
  ],
  [
    'gives a silent peer up',
    true,
    [opened, greeted, { type: 'silence.noticed' }],
    'backingOff',
    [announceClosed, hangUp('silence'), backOff(1)],
  ],
  [
    'gives a peer up that sends what is no frame',
    true,
    [opened, greeted, { type: 'frame.refused', reason: 'no JSON' }],
    'backingOff',
    [announceClosed, hangUp('no JSON'), backOff(1)],
  ],
  ['dials a new address at once', true, [lost, moved], 'connecting', [connect]],
  [
    'leaves an open link for a new address',
    true,
    [opened, greeted, moved],
    'connecting',
    [announceClosed, connect],
  ],
  ['ends on order', true, [opened, ended], 'closed', [hangUp('shutting down'), retire]],
  [
    'ends an open link on order, announcing it',
    true,
    [opened, greeted, ended],
    'closed',
    [announceClosed, hangUp('shutting down'), retire],
  ],
  ['ends between two dials', true, [lost, ended], 'closed', [hangUp('shutting down'), retire]],
  [
    'accepted: ends with its connection',
    false,
    [opened, greeted, lost],
    'closed',
    [announceClosed, hangUp('reset'), retire],
  ],
  [
    'accepted: ends without a greeting',
    false,
    [opened, greetingTimeout],
    'closed',
    [hangUp('no greeting in time'), retire],
  ],
  ['accepted: has no address to change', false, [opened, greeted, moved], 'open', []],
];

for (const [what, dials, events, state, effects] of table)
  test(what, () => {
    const seen = after(dials, ...events);
    assert.is(seen.state, state);
    assert.equal(seen.effects, effects);
  });

test('reaches every state', () => {
  const reached = new Set(table.map(([, , , state]) => state));
  const { establishing, ...others } = linkMachine.states;
  for (const state of [...Object.keys(others), ...Object.keys(establishing!.states)])
    assert.ok(reached.has(state) || state === 'lost', state);
});

test('forgets its failures only once it has been open for a while', () => {
  const failing = [lost, paused, lost, paused, opened, greeted];
  assert.is(after(true, ...failing).failures, 2);
  assert.is(after(true, ...failing, proven).failures, 0);
});

test.run();
