import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createLeaderTracker } from '../../actors/order/leader-tracker.ts';
import { BazarError } from '../../runtime/errors.ts';
import { scriptedMesh } from './support.ts';

const catalogs = ['a', 'b', 'c'];

function track(...linked: string[]) {
  const mesh = scriptedMesh(linked);
  const heard: string[] = [];
  const lifecycle = {
    caughtUp: () => void heard.push('can serve'),
    fellBehind: () => void heard.push('cannot serve'),
  };
  return { mesh, heard, tracker: createLeaderTracker({ mesh, catalogs }, lifecycle) };
}

test('an order replica can serve from the first link to a catalog until the last is lost', () => {
  const { mesh, heard } = track();
  assert.is(heard.at(-1), 'cannot serve');
  mesh.link('a');
  mesh.link('b');
  assert.is(heard.at(-1), 'can serve');
  mesh.cut('a');
  assert.is(heard.at(-1), 'can serve');
  mesh.cut('b');
  assert.is(heard.at(-1), 'cannot serve');
});

test('the latest word about the leader is believed, if there is a link to it', () => {
  const { tracker } = track('a', 'b');
  tracker.setLeader('a');
  tracker.setLeader('b');
  assert.is(tracker.leader, 'b');
  tracker.setLeader('c');
  assert.is(tracker.leader, 'b');
});

test('a leader that failed or was lost is forgotten, others do not matter', () => {
  const { mesh, tracker } = track('a', 'b');
  tracker.setLeader('a');
  tracker.forgetLeader('b');
  mesh.cut('b');
  assert.is(tracker.leader, 'a');
  tracker.forgetLeader('a');
  assert.is(tracker.leader, null);
  tracker.setLeader('a');
  mesh.cut('a');
  assert.is(tracker.leader, null);
});

test('without a leader the linked catalogs are taken in turn, the one to avoid last', () => {
  const { tracker } = track('a', 'c');
  assert.equal([tracker.next(undefined), tracker.next(undefined), tracker.next(undefined)], ['a', 'c', 'a']);
  assert.is(tracker.next('a'), 'c');
  assert.is(track('a').tracker.next('a'), 'a');
  assert.is(track().tracker.next('a'), undefined);
});

test('a failure that names another leader is believed; being overloaded says nothing of who leads', () => {
  const { tracker } = track('a', 'b');
  assert.is(tracker.noteFailure('a', new BazarError('not-leader', undefined, { leader: 'b' })), 'b');
  assert.is(tracker.leader, 'b');
  assert.is(tracker.noteFailure('b', new BazarError('overloaded')), null);
  assert.is(tracker.leader, 'b');
  assert.is(tracker.noteFailure('b', new BazarError('timeout')), null);
  assert.is(tracker.leader, null);
});

test.run();
