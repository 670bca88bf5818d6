/** Reads frames as people read them: what they ask for or answer, and whether they are only signs of life. */
export interface FrameReader {
  read(from: string, to: string, frame: string): FrameWords;
}

export interface FrameWords {
  readonly text: string;
  readonly letter: string;
  readonly isQuiet: boolean;
}

interface Said {
  readonly type?: string;
  readonly re?: number;
  readonly error?: { readonly code: string };
  readonly body?: Readonly<Record<string, unknown>>;
}

const LETTERS: Readonly<Record<string, string>> = {
  submit: 'S',
  propose: 'P',
  'raft.vote': 'V',
  'raft.voted': 'V',
  'raft.append': 'A',
  'raft.appended': 'A',
  'raft.snapshot': 'N',
  'raft.snapshotted': 'N',
  'raft.identify': 'I',
};

const SIGNS_OF_LIFE: ReadonlySet<string> = new Set(['ping', 'pong', 'feed.alive']);

export function createFrameReader(): FrameReader {
  /** What was told last on each way: the commit index of a leader, the match of a follower. */
  const known = new Map<string, number>();

  /** A heartbeat, its answer, and other words that say nothing new. */
  function isSignOfLife(way: string, { type = '', body = {} }: Said): boolean {
    if (type === 'raft.append') {
      const isNews = isNew(`${way} commit`, body.commit as number);
      return (body.entries as readonly unknown[]).length === 0 && !isNews;
    }
    if (type === 'raft.appended') return body.ok === true && !isNew(`${way} match`, body.match as number);
    return SIGNS_OF_LIFE.has(type);
  }

  function isNew(what: string, value: number): boolean {
    if (known.get(what) === value) return false;
    known.set(what, value);
    return true;
  }

  return {
    read(from, to, frame) {
      if (!frame.startsWith('[')) return { text: 'greeting', letter: 'G', isQuiet: false };
      const envelopes = JSON.parse(frame) as readonly Said[];
      const told = envelopes.filter((envelope) => !isSignOfLife(`${from} ${to}`, envelope));
      const shown = told.length > 0 ? told : envelopes;
      return {
        text: shown.map(phraseOf).join(', '),
        letter: letterOf(shown[0]?.type ?? ''),
        isQuiet: told.length === 0,
      };
    },
  };
}

/** A frame on its way, of which only a letter is shown. */
export function signOf(frame: string): Pick<FrameWords, 'letter' | 'isQuiet'> {
  const type = /"type":"([a-z.]+)"/.exec(frame)?.[1];
  if (type === undefined) return { letter: 'G', isQuiet: false };
  const isBeat = (type === 'raft.append' && frame.includes('"entries":[]')) || type === 'raft.appended';
  return { letter: letterOf(type), isQuiet: isBeat || SIGNS_OF_LIFE.has(type) };
}

function letterOf(type: string): string {
  return LETTERS[type] ?? (/^(read|feed)\./.test(type) ? type[0]!.toUpperCase() : '·');
}

function phraseOf({ type = '', re, error, body = {} }: Said): string {
  if (error) return `${type}: no, ${error.code}`;
  const fact = factOf(type, body, re !== undefined);
  return `${re === undefined ? type : `answer to ${type}`}${fact && `: ${fact}`}`;
}

function factOf(type: string, body: Readonly<Record<string, unknown>>, isAnswer: boolean): string {
  const { term, entries, prevIndex, match, granted, pre } = body;
  if (type === 'raft.append') {
    const count = (entries as readonly unknown[]).length;
    if (count === 0) return `commit ${body.commit}, term ${term}`;
    return `${count} ${count === 1 ? 'entry' : 'entries'} behind ${prevIndex}, term ${term}`;
  }
  if (type === 'raft.appended') return body.ok ? `has ${match}` : 'its log differs';
  if (type === 'raft.vote') return `${pre ? 'would you vote in term' : 'vote in term'} ${term}?`;
  if (type === 'raft.voted') return granted ? 'yes' : 'no';
  if ((type === 'submit' || type === 'propose') && !isAnswer) return commandText(body.command as Command);
  const result = body.result as { kind?: string; order?: { status: string }; code?: string } | undefined;
  if (result) return result.order?.status ?? result.code ?? result.kind ?? '';
  return '';
}

interface Command {
  readonly kind: string;
  readonly key?: string;
  readonly id?: number;
  readonly lines?: readonly { readonly id: number; readonly quantity: number }[];
  readonly books?: readonly unknown[];
  readonly restock?: number;
  readonly price?: number;
}

/** A command as the log's tail and the messages name it. */
export function commandText(command: object | null): string {
  if (command === null) return 'no-op of a new leader';
  const { kind, key, id, lines, books, restock, price } = command as Command;
  if (lines) return `${key} buys ${lines.map((line) => `${line.quantity} × book ${line.id}`).join(', ')}`;
  if (books) return `${key} adds ${books.length} ${books.length === 1 ? 'book' : 'books'}`;
  if (restock !== undefined) return `${key} restocks book ${id} by ${restock}`;
  if (price !== undefined) return `${key} prices book ${id} at ${(price / 100).toFixed(2)}`;
  return kind;
}
