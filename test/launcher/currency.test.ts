import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfig, UsageError } from '../../runtime/launcher/config.ts';
import { currencyIn, openDataDirectory } from '../../runtime/launcher/data-directory.ts';
import { systemRandom } from '../../runtime/random.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

function currencyOf(...args: string[]) {
  const config = readConfig(args, {});
  return config === 'help' ? undefined : config.currency;
}

/** Opens a data directory and lets it go again; gives the currency of the store, or why it is refused. */
async function open(path: string, currency?: string) {
  const asked = currency === undefined ? undefined : currencyOf('--currency', currency);
  try {
    const ports = { catalogs: undefined, adminToken: undefined, random: systemRandom };
    const data = await openDataDirectory(path, { ...ports, currency: asked });
    await data.release();
    return data.record.currency ?? null;
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message.replace(path, 'DATA');
  }
}

test('a currency is known by its code with its usual decimals, and any other with those that are said', () => {
  assert.equal(currencyOf('--currency', 'EUR'), { code: 'EUR', decimals: 2 });
  assert.equal(currencyOf('--currency', 'JPY'), { code: 'JPY', decimals: 0 });
  assert.equal(currencyOf('--currency', 'KWD'), { code: 'KWD', decimals: 3 });
  assert.equal(currencyOf('--currency=IQD:3'), { code: 'IQD', decimals: 3 });
  assert.equal(currencyOf('--currency=XAB:1'), { code: 'XAB', decimals: 1 });
  assert.is(currencyOf(), undefined);
  for (const text of ['euro', 'eur', 'QQQ', 'EUR:4', 'EUR:', '€'])
    assert.throws(() => currencyOf('--currency', text), /--currency \(BAZAR_CURRENCY\) must be a currency/);
});

test('a store keeps its currency, and is never started with another', () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/data`;
    assert.equal(await currencyIn(path), undefined);
    assert.equal(await open(path, 'JPY'), { code: 'JPY', decimals: 0 });
    assert.equal(await open(path), { code: 'JPY', decimals: 0 });
    assert.equal(await open(path, 'JPY:0'), { code: 'JPY', decimals: 0 });
    assert.equal(await currencyIn(path), { code: 'JPY', decimals: 0 });
    const refused =
      'DATA was made with JPY (0 decimals) and cannot be started with EUR (2 decimals); leave --currency out';
    assert.is(await open(path, 'EUR'), refused);
  }));

test('a store without a currency may be given one of as many decimals, whose amounts are the same', () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/data`;
    assert.is(await open(path), null);
    assert.match(
      String(await open(path, 'JPY')),
      /made with amounts of 2 decimals and cannot be started with JPY/,
    );
    assert.equal(await open(path, 'EUR'), { code: 'EUR', decimals: 2 });
    assert.equal(await open(path), { code: 'EUR', decimals: 2 });
  }));

test.run();
