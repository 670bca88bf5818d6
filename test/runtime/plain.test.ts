import { stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { textOf } from '../../runtime/log-text.ts';
import { plain, plainJson } from '../../runtime/plain.ts';

const STEERING = '\u001b[2J \u009b \u202e \u2066 \u200f \u061c';

test('what steers a terminal, or turns the order of its text, is shown as a replacement', () => {
  assert.is(plain(`a${STEERING}b`), 'a\uFFFD[2J \uFFFD \uFFFD \uFFFD \uFFFD \uFFFDb');
  assert.is(plain('כותר, ‌عنوان, Café 👩‍💻'), 'כותר, ‌عنوان, Café 👩‍💻');
});

test('in JSON it stands as an escape, and the value is the same', () => {
  const text = plainJson({ title: STEERING });
  assert.not.match(text, /[\p{Cc}\p{Bidi_Control}]/u);
  assert.equal(JSON.parse(text), { title: STEERING });
});

test('log lines for people are lines still, and steer nothing', () => {
  const record = {
    level: 30,
    time: 0,
    node: 'gateway-1',
    msg: `asked for ${STEERING}\nnext`,
    title: STEERING,
  };
  const line = stripVTControlCharacters(textOf(JSON.stringify(record)));
  assert.not.match(line, /[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
  assert.match(line, '\nnext');
});

test.run();
