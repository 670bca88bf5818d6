import { stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { textOf } from '../../runtime/log-text.ts';
import { createLogger } from '../../runtime/logger.ts';

/** What a person reads, without colours and the time. */
function read(log: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  log(createLogger('catalog-2', 'info', { write: (line) => void lines.push(textOf(line)) }));
  return stripVTControlCharacters(lines.join('')).replace(/^\d\d:\d\d:\d\d /, '');
}

test('a line has the time, the node, the message and the facts', () => {
  assert.is(
    read((logger) => logger.info({ term: 3 }, 'leads')),
    'catalog-2 leads term=3\n',
  );
});

test('a warning and an error say that they are', () => {
  assert.match(
    read((logger) => logger.warn('slow')),
    'catalog-2 warning slow',
  );
  assert.match(
    read((logger) => logger.error({ err: new Error('torn') }, 'failed')),
    /catalog-2 error failed.*\nError: torn/s,
  );
});

test('what is no log line is shown as it is', () => {
  assert.is(textOf('hello\n'), 'hello\n');
});

test.run();
