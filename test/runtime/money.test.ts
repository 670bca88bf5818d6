import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountRule, formatMoney, MAX_PRICE_CENTS, parseMoney } from '../../runtime/money.ts';

test('an amount is exact in every currency, with no more decimals than it has', () => {
  assert.equal(
    ['19.99', '19.9', '19', '0', '10000000.00'].map((text) => parseMoney(text)),
    [1999, 1990, 1900, 0, MAX_PRICE_CENTS],
  );
  assert.equal(
    ['19.999', '10000000.01', '-1', '1e3', '', '1.', '.5', '1,5', ' 1'].map((text) => parseMoney(text)),
    Array(9).fill(undefined),
  );
  assert.equal([parseMoney('1999', 0), parseMoney('19.9', 0)], [1999, undefined]);
  assert.equal(
    [parseMoney('1.999', 3), parseMoney('0.5', 3), parseMoney('1.9999', 3)],
    [1999, 500, undefined],
  );
  for (const decimals of [0, 1, 2, 3])
    for (const cents of [0, 1, 10, 999, 1_000, 123_456_789, MAX_PRICE_CENTS])
      assert.is(parseMoney(formatMoney(cents, decimals), decimals), cents, `${cents} ${decimals}`);
});

test('an amount is written with as many decimals as its currency has', () => {
  assert.equal(
    [0, 1, 2, 3].map((decimals) => formatMoney(5, decimals)),
    ['5', '0.5', '0.05', '0.005'],
  );
  assert.is(amountRule(), 'an amount like "19.99", from 0 to 10000000.00');
  assert.is(amountRule(0), 'an amount like "1999", from 0 to 1000000000');
});

test.run();
