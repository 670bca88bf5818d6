import type { WatchedNodeAnswer } from '../../runtime/watch-answers.ts';

/** One system of signs: each has a shape and a word beside its colour. */

export type Tone = 'good' | 'warn' | 'bad' | 'lead' | 'none';

export interface Sign {
  readonly shape: string;
  readonly word: string;
  readonly tone: Tone;
}

type State = WatchedNodeAnswer['state'];

const STATES: Readonly<Record<State, Sign>> = {
  ready: { shape: '●', word: 'ready', tone: 'good' },
  starting: { shape: '◐', word: 'starting', tone: 'warn' },
  'catching-up': { shape: '◐', word: 'catching up', tone: 'warn' },
  draining: { shape: '▽', word: 'draining', tone: 'warn' },
  down: { shape: '✕', word: 'no process', tone: 'bad' },
  unreachable: { shape: '✕', word: 'unreachable', tone: 'bad' },
  unknown: { shape: '○', word: 'not seen yet', tone: 'none' },
};

const ROLES: Readonly<Record<string, Sign>> = {
  leader: { shape: '★', word: 'leader', tone: 'lead' },
  follower: { shape: '○', word: 'follower', tone: 'none' },
  'pre-candidate': { shape: '◐', word: 'asks for votes', tone: 'warn' },
  candidate: { shape: '◐', word: 'candidate', tone: 'warn' },
  recovering: { shape: '▽', word: 'recovering', tone: 'warn' },
  reader: { shape: '▽', word: 'disk full', tone: 'bad' },
};

const LINKS: Readonly<Record<string, Sign>> = {
  open: { shape: '●', word: 'open', tone: 'good' },
  dialling: { shape: '◐', word: 'dialling', tone: 'warn' },
  greeting: { shape: '◐', word: 'greeting', tone: 'warn' },
  pausing: { shape: '✕', word: 'lost', tone: 'bad' },
  lost: { shape: '✕', word: 'lost', tone: 'bad' },
};

const NO_SIGN: Sign = { shape: '○', word: '–', tone: 'none' };

export const stateSign = (state: State): Sign => STATES[state] ?? NO_SIGN;
export const roleSign = (role: string | undefined): Sign => ROLES[role ?? ''] ?? NO_SIGN;
export const linkSign = (state: string | undefined): Sign => LINKS[state ?? ''] ?? NO_SIGN;

export function SignText({ sign, word = sign.word }: { sign: Sign; word?: string }) {
  return (
    <span class={`sign ${sign.tone}`}>
      <span aria-hidden="true">{sign.shape}</span> {word}
    </span>
  );
}
