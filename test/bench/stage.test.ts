import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { estimate, run, secondsFor } from '../../bench/run.ts';
import { caseOf, type Scenario } from '../../bench/scenarios/scenario.ts';
import { Missing, type Subject } from '../../bench/subjects/subject.ts';

const SETTINGS = { seconds: 1, repeat: 2, largest: 10_000, kills: 1 };
const QUIET = { note() {}, finished() {} };
const NEVER = new AbortController().signal;

/** Subjects that write down what is done to them. */
function witnesses(...names: string[]) {
  const story: string[] = [];
  const subjects = names.map(
    (name): Subject => ({
      name,
      about: name,
      async start() {
        story.push(`${name} starts`);
        return {
          url: '',
          pids: [],
          rest: () => void story.push(`${name} rests`),
          wake: async () => void story.push(`${name} wakes`),
          stop: async () => void story.push(`${name} ends`),
        };
      },
    }),
  );
  const measured = subjects.map((subject) =>
    caseOf(subject, async () => ({ perSecond: story.push(`${subject.name} is measured`) })),
  );
  return { story, subjects, measured };
}

function scenario(cases: Scenario['cases'], name = 'one'): Scenario {
  return { name, title: name, columns: ['perSecond'], cases };
}

test('cases are measured in turn, and whoever is not measured rests', async () => {
  const { story, measured } = witnesses('a', 'b');
  const result = await run([scenario(() => measured)], SETTINGS, QUIET, NEVER);
  assert.equal(story, [
    ...['a starts', 'a is measured', 'a rests'],
    ...['b starts', 'b is measured', 'b rests'],
    ...['a wakes', 'a is measured', 'a rests'],
    ...['b wakes', 'b is measured', 'b rests'],
    ...['a ends', 'b ends'],
  ]);
  const [first] = result.scenarios[0]!.cases;
  assert.equal(
    first!.repetitions.map(({ round }) => round),
    [1, 2],
  );
  assert.ok(first!.repetitions.every(({ spinMs: [before, after] }) => before > 0 && after > 0));
});

test('a subject is started once for all scenarios, and ended after the last that needs it', async () => {
  const { story, measured } = witnesses('a', 'b');
  const scenarios = [scenario(() => measured, 'one'), scenario(() => [measured[1]!], 'two')];
  await run(scenarios, { ...SETTINGS, repeat: 1 }, QUIET, NEVER);
  const lives = story.filter((line) => /starts|ends/.test(line));
  assert.equal(lives, ['a starts', 'b starts', 'a ends', 'b ends']);
  assert.ok(story.indexOf('a ends') < story.lastIndexOf('b is measured'));
});

test('a subject that lacks a program is skipped by name, and so is one that fails; the others are measured', async () => {
  const { measured, story } = witnesses('a');
  const lacking: Subject = {
    name: 'lacking',
    about: 'lacking',
    start: () => Promise.reject(new Missing('no postgres on the PATH')),
  };
  const cases = [caseOf(lacking, async () => ({})), measured[0]!];
  const { scenarios } = await run([scenario(() => cases)], SETTINGS, QUIET, NEVER);
  const [skipped, sound] = scenarios[0]!.cases;
  assert.is(skipped!.skipped, 'no postgres on the PATH');
  assert.is(sound!.repetitions.length, 2);
  assert.is(story.at(-1), 'a ends');
});

test('who stops the bench ends what it has started', async () => {
  const { story, subjects } = witnesses('a');
  const stop = new AbortController();
  const measuring = caseOf(subjects[0]!, async () => {
    stop.abort(new Error('stopped'));
    return {};
  });
  const measured = await run([scenario(() => [measuring])], SETTINGS, QUIET, stop.signal).catch(
    ({ message }) => message,
  );
  assert.is(measured, 'stopped');
  assert.equal(story, ['a starts', 'a ends']);
});

test('the seconds that are chosen for a time take about that time', () => {
  const { measured } = witnesses('a', 'b');
  const scenarios = [scenario(() => measured)];
  const seconds = secondsFor(scenarios, SETTINGS, 2);
  assert.ok(Math.abs(estimate(scenarios, { ...SETTINGS, seconds }) - 120) < 0.1);
});

test.run();
