import type { DrawnChart } from './chart-drawing.ts';
import charts from './charts.json';

/** All statecharts of the store, generated from the code by `docs/statecharts.ts`. */
export const CHARTS = charts as unknown as readonly DrawnChart[];

export const chartNamed = (name: string): DrawnChart | undefined =>
  CHARTS.find((chart) => chart.name === name);

/** What figures call a state, where that is another word than the machine's own. */
const WORDS: Readonly<Record<string, string>> = {
  'replica reader': 'reading',
  'link dialling': 'establishing.connecting',
  'link pausing': 'backingOff',
  'lifecycle down': 'stopped',
};

/** The state of the drawing that figures speak of; undefined where they speak of none. */
export function stateIn({ name, drawing }: DrawnChart, value: string): string | undefined {
  const letters = lettersOf(WORDS[`${name} ${value}`] ?? value);
  const states = drawing.states.filter(({ kind }) => kind !== 'any' && kind !== 'start');
  return states.find(({ id, name: key }) => lettersOf(id) === letters || lettersOf(key) === letters)?.id;
}

const lettersOf = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
