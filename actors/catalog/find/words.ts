/** Words as they are looked for: without accents, capitals and punctuation. */

const ASCII = /^[\0-\x7f]*$/;
const PLAIN_WORDS = /[a-z0-9]+/g;
/** The scripts that write no spaces between words give a word for each character. */
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}])+/gu;
const APOSTROPHES = /['’ʼ`´]/g;
const MARKS = /\p{M}+/gu;

/** Letters that Unicode does not take apart into a plain one and a mark. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};
const ODD_LETTERS = new RegExp(`[${Object.keys(PLAIN_LETTERS).join('')}]`, 'g');

/** The longest word that is told from others; of a longer one, its beginning. */
const MAX_LETTERS = 40;

/** The same text for `Über`, `UBER` and `uber`. */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(ODD_LETTERS, (letter) => PLAIN_LETTERS[letter]!);
}

/** The words of a text in their order; `O'Brien` is one. */
export function wordsOf(text: string): string[] {
  const plain = folded(text).replace(APOSTROPHES, '');
  const words: string[] = plain.match(ASCII.test(plain) ? PLAIN_WORDS : WORDS) ?? [];
  return words.map((word) => (word.length > MAX_LETTERS ? word.slice(0, MAX_LETTERS) : word));
}
