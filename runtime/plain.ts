/**
 * Characters that steer a terminal or turn the order of what it shows: controls, and the marks, embeddings,
 * overrides and isolates of bidirectional text (https://www.unicode.org/reports/tr9).
 */
const STEERING = /[\p{Cc}\p{Bidi_Control}]/gu;
const STEERING_IN_LINES = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;

/** Text fit for a terminal: whatever a title holds, it cannot steer the screen. */
export function plain(text: string): string {
  return text.replaceAll(STEERING, '\u{FFFD}');
}

/** The same for text of several lines. */
export function plainLines(text: string): string {
  return text.replaceAll(STEERING_IN_LINES, '\u{FFFD}');
}

/** The same for JSON, which keeps its value: such characters stand as escapes in it. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    STEERING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
