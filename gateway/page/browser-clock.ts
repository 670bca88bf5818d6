/** The page's door to time and chance, as `runtime/clock.ts` and `runtime/random.ts` are those of the processes. */
export const browserClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (run: () => void, delayMs: number) => window.setTimeout(run, delayMs),
  clearTimeout: (timer: number | undefined) => window.clearTimeout(timer),
};

/** A name that nobody else makes: 80 bits as 16 letters and digits. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => (byte % 32).toString(32)).join('');
}
