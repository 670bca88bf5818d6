import type { TraceStep } from './trace-span.ts';

/** The words for the steps of a trace; those that are not known here are told by their names. */

/** Three significant digits and a unit, of microseconds. */
export function formatUs(us: number): string {
  const ms = us / 1_000;
  return ms >= 1_000 ? `${digits(ms / 1_000)} s` : `${digits(ms)} ms`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What its process does in a step; the subject is the process. */
export function stepWords({ what, facts = {}, tookUs }: TraceStep): string {
  const took = tookUs === undefined ? '' : formatUs(tookUs);
  const isAgain = Number(facts.attempt ?? 1) > 1;
  switch (what) {
    case 'submit':
      return isAgain ? `hands it to another order replica (attempt ${facts.attempt})` : 'hands it on';
    case 'propose':
      return isAgain ? `proposal ${facts.attempt}, the same order id` : 'proposal 1';
    case 'forward':
      return 'does not lead, and forwards it';
    case 'queue':
      return `in the mailbox for ${took}`;
    case 'gather':
      return facts.commands === undefined
        ? 'waits for its batch'
        : `gathered after ${took} into a batch of ${facts.commands}`;
    case 'log':
      return isAgain
        ? `gives the same batch to the log again (attempt ${facts.attempt})`
        : 'gives the batch to the log';
    case 'again':
      return 'does not know whether the log has the batch, and pauses';
    case 'follow':
      return 'waits for the log to bring the batch back';
    case 'delivered':
      return `the log brings it back, as its batch ${facts.ordinal}`;
    case 'append':
      return `entry ${facts.index} of its log`;
    case 'replicate':
      return 'sends the entry';
    case 'batch':
      return `on its own disk after ${took}, in a batch of ${facts.operations}`;
    case 'commit':
      return `committed: on the disks of ${facts.by} (of ${facts.of})`;
    case 'apply':
      return 'applied';
    case 'pausing':
      return `pauses for ${took}`;
    case 'silent':
      return `no word of proposal ${facts.attempt}: it goes on beside it`;
    case 'unlinked':
      return `proposal ${facts.attempt}: no catalog is linked`;
    case 'noted':
      return `later reads show version ${facts.version}`;
    case 'feed':
      return 'the commit feed has brought it to the caches';
    default:
      return what;
  }
}

/** What came back for a step that asked another process. */
export function answerWords({ what, error, facts }: TraceStep): string {
  if (error !== undefined) return errorWords(error);
  if (what === 'log')
    return facts?.ordinal === undefined ? 'has it on its disks' : 'has it, and brings it back already';
  return what === 'replicate' ? 'has it on its disk' : 'decided';
}

const ERRORS: Readonly<Record<string, string>> = {
  'not-leader': 'does not lead',
  'leader-lost': 'leads no longer',
  'link-lost': 'the link was lost',
  unreachable: 'no open link',
  timeout: 'no answer in time',
  overloaded: 'has too much to do',
  draining: 'is shutting down',
};

export function errorWords(error: string): string {
  return ERRORS[error] ?? error;
}

const WAITING: Readonly<Record<string, string>> = {
  pausing: 'pauses before the next proposal',
  batch: 'writes to its disk',
  queue: 'has it in the mailbox',
  gather: 'gathers the batch',
  again: 'pauses before it asks the log again',
  follow: 'waits for the log to bring it back',
  delivered: 'has it waiting to be applied',
};

/** What is waited for while nothing else happens; the subject is the process. */
export function waitingWords({ what, to }: Pick<TraceStep, 'what' | 'to'>): string {
  if (what === 'log') return 'waits for the log to take it';
  if (to !== undefined) return what === 'replicate' ? `waits for the disk of ${to}` : `waits for ${to}`;
  return WAITING[what] ?? what;
}
