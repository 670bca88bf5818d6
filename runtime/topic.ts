/**
 * What two topics have in common that are the same: one Unicode form (NFC), single spaces, and letters in one case,
 * where `ß` is `SS` and a final sigma is a sigma. Catalogs, caches and subscriptions all find topics by this; the
 * topic that is shown is the one that was given.
 */
export function topicKey(topic: string): string {
  if (PLAIN.test(topic)) return topic.toLowerCase();
  const spaced = topic.trim().replaceAll(/\s+/g, ' ');
  return spaced.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Words of ASCII with single spaces between them, which most topics are, have nothing else to be made equal. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
