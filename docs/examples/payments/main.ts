import { parseArgs } from 'node:util';
import { GOOD, openPaymentServer, type Rules } from './server.ts';

/** A payment service of one's own, as good or as bad as wanted; see the README beside it. */
const names = Object.keys(GOOD) as (keyof Rules)[];
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9090' },
    ledger: { type: 'string', default: 'payments.ndjson' },
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  },
});
const given = values as Partial<Record<string, string>>;
const rules = Object.fromEntries(
  names.filter((name) => given[name] !== undefined).map((name) => [name, Number(given[name])]),
);
const { url } = await openPaymentServer({ port: Number(given.port), ledger: given.ledger!, rules });
console.log(`payments at ${url}, ledger in ${given.ledger}`);
