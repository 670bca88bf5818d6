import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Rules of the source that no other tool checks. A breach is printed as the one line to mend. */

const project = new URL('../../', import.meta.url);
const PRODUCT = ['actors', 'client', 'gateway', 'runtime', 'storage', 'bench'];

const sources = PRODUCT.flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, project), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`),
);

const OPENING = '([{';
const CLOSING = ')]}';

/** Texts and comments as blanks of the same length, but for what stands in `${}`. */
function withoutTexts(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, (text) =>
    text.replace(/[^\n]/g, ' '),
  );
}

/** Where the innermost bracket that is open at `place` stands. */
function openBracketBefore(source: string, place: number): number {
  let depth = 0;
  for (let at = place - 1; at >= 0; at--) {
    if (CLOSING.includes(source[at]!)) depth++;
    else if (OPENING.includes(source[at]!) && depth-- === 0) return at;
  }
  return -1;
}

/** The lines that spread a list into the arguments of a call. */
function spreadCalls(source: string): number[] {
  const text = withoutTexts(source);
  const lines: number[] = [];
  for (const { index } of text.matchAll(/\.\.\./g)) {
    const bracket = openBracketBefore(text, index);
    const isParameter = /^\.\.\.\w+\??\s*(:|\)\s*=>)/.test(text.slice(index));
    const isCall = text[bracket] === '(' && /[\w\])>]$/.test(text.slice(0, bracket).trimEnd());
    if (isCall && !isParameter) lines.push(text.slice(0, index).split('\n').length);
  }
  for (const { index } of text.matchAll(/\.apply\((null|undefined|this)\b|\bReflect\.(apply|construct)\(/g)) {
    lines.push(text.slice(0, index).split('\n').length);
  }
  return lines;
}

test('no list is spread into the arguments of a call, which a long one would overflow', () => {
  for (const path of sources) {
    const source = readFileSync(new URL(path, project), 'utf8');
    const [line] = spreadCalls(source);
    if (line === undefined) continue;
    assert.unreachable(
      `${path}:${line}: ${source.split('\n')[line - 1]!.trim()}   (write a loop: arguments lie on the stack)`,
    );
  }
});

test('that rule knows a call from what only looks like one', () => {
  const calls = [
    'list.push(...more);',
    'Math.max(0, ...[...a].map((b) => b.c))',
    'f(\n  one,\n  ...two,\n)',
    'new Thing(...args)',
    'f(g(a, b), ...c)',
    'list[0](...more)',
    'f.apply(null, more)',
  ];
  for (const source of calls) assert.is(spreadCalls(source).length, 1, source);
  const others = [
    'const all = [...one, ...two];',
    'f({ ...body, from })',
    'f([...one])',
    'function f(...rest: string[]) {}',
    'const f = (...rest) => rest;',
    'const f = (a: A, ...rest: B[]): C => a;',
    "f('(...more)')",
    '// f(...more)',
    'state.apply(position, entry)',
  ];
  for (const source of others) assert.equal(spreadCalls(source), [], source);
});

test.run();
