/** What processes said as they ended: faults in their log, and what V8 itself writes. Each once, the newest last. */
export function lastWords(stderr: string): readonly string[] {
  const words = new Set<string>();
  for (const line of stderr.split('\n')) {
    if (line.startsWith('FATAL ERROR')) words.add(line);
    if (!line.startsWith('{') || !line.includes('"level":60')) continue;
    try {
      const { err, msg } = JSON.parse(line) as { err?: { message?: string }; msg?: string };
      words.add(err?.message ?? msg ?? line);
    } catch {
      // A line that was cut off tells nothing.
    }
  }
  return [...words].slice(-5);
}
