import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Measured } from './attack.ts';
import { ATTACKS } from './attacks/index.ts';
import { lastWords } from './last-words.ts';
import {
  keepsSelling,
  leadsAgain,
  MIB,
  memoryBounded,
  noneEnded,
  noOutage,
  sellsAfterwards,
  staysInTerm,
} from './rules.ts';
import { linesOf, tableOf } from './table.ts';

/** The judge of the attacks: a store that held is found to have held, and each harm is seen. */

const phase = { perSecond: 100, longestGapMs: 30, p99Ms: 12, confirmed: 200, failed: 0 };
const CALM: Measured = {
  seen: {},
  memory: [{ name: 'catalog-1', before: 100 * MIB, most: 150 * MIB, after: 120 * MIB }],
  ended: [],
  lastWords: [],
  lead: { before: { leader: 'catalog-1', term: 1 }, after: { leader: 'catalog-1', term: 1 } },
  purchases: { before: phase, during: phase, after: phase },
};
const judge = (measured: Measured) => [
  ...noneEnded(measured),
  ...leadsAgain(measured),
  ...memoryBounded(measured),
  ...keepsSelling(measured, 0.7),
  ...noOutage(measured, 1_000),
  ...sellsAfterwards(measured),
];

test('a store that went on as before has held', () => {
  assert.equal(judge(CALM), []);
});

test('each harm is seen and told', () => {
  const { purchases, lead } = CALM;
  const harms: [harm: Partial<Measured>, told: string][] = [
    [{ ended: ['catalog-2', 'catalog-2'] }, 'ended: catalog-2, catalog-2'],
    [{ lead: { ...lead, after: { leader: 'catalog-3', term: 7 } } }, 'term 1 became 7'],
    [{ lead: { ...lead, after: { leader: null, term: Number.NaN } } }, 'nobody leads'],
    [
      { memory: [{ name: 'gateway-1', before: 100 * MIB, most: 500 * MIB, after: 0 }] },
      'gateway-1 grew by 400 MiB',
    ],
    [
      { purchases: { ...purchases, during: { ...phase, perSecond: 69 } } },
      'purchases fell from 100/s to 69/s',
    ],
    [
      { purchases: { ...purchases, during: { ...phase, longestGapMs: 1_500 } } },
      '1500 ms without a purchase',
    ],
    [{ purchases: { ...purchases, after: { ...phase, confirmed: 0 } } }, 'no purchase afterwards'],
  ];
  for (const [harm, told] of harms) assert.equal(judge({ ...CALM, ...harm }), [told]);
});

test('one election is borne beside other tests, and none where nothing else runs', () => {
  const measured = { ...CALM, lead: { ...CALM.lead, after: { leader: 'catalog-3', term: 2 } } };
  assert.equal(judge(measured), []);
  assert.equal(staysInTerm(measured), ['term 1 became 2']);
  assert.equal(staysInTerm(CALM), []);
});

test('what a process said as it ended is told once', () => {
  const fault = (message: string) => JSON.stringify({ level: 60, node: 'catalog-1', err: { message } });
  const text = [
    fault('Maximum call stack size exceeded'),
    'FATAL ERROR: Reached heap limit',
    '{"level":60,"err":{"mess',
    '{"level":30,"msg":"ready"}',
    fault('Maximum call stack size exceeded'),
  ].join('\n');
  assert.equal(lastWords(text), ['Maximum call stack size exceeded', 'FATAL ERROR: Reached heap limit']);
});

test('attacks have names of their own, and the table names each with its verdict', () => {
  assert.is(new Set(ATTACKS.map(({ name }) => name)).size, ATTACKS.length);
  const reports = ATTACKS.map((attack, index) => ({
    attack,
    measured: CALM,
    wrong: index === 0 ? ['it broke'] : [],
    seconds: 1,
  }));
  const table = tableOf(reports);
  for (const { name } of ATTACKS) assert.ok(table.includes(name), name);
  assert.match(linesOf(reports[0]!).join('\n'), '\n  open: it broke');
  assert.is([...table.matchAll(/│ open /g)].length, 1);
});

test.run();
