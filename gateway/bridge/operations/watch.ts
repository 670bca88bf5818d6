import * as z from 'zod';
import { UnwatchAnswer, WatchAnswer, WatchTopic } from '../../../runtime/watch-answers.ts';
import { CONNECTION, operation } from './operation.ts';

/** Watching the store at work. Not in turn: it must answer however many pages this connection waits for. */
export function watchOperations() {
  const kind = { ...CONNECTION, inTurn: false };
  const what = z
    .array(WatchTopic)
    .min(1)
    .max(WatchTopic.options.length)
    .meta({ examples: [['happenings', 'figures']] });

  return {
    watch: operation({
      summary: 'Watch the store at work: `happenings` and `figures` notifications follow',
      kind,
      params: z.strictObject({ what }),
      answers: { 200: ['What is kept of the happenings, and the present figures.', WatchAnswer] },
      errors: ['too-many-requests'],
      async run({ spectators }, { what }, { caller: { spectator } }) {
        const { answer, sent } = spectators.watch(spectator!, what);
        return { body: () => answer, sent };
      },
    }),

    unwatch: operation({
      summary: 'Stop watching the store at work, in part or (without `what`) altogether',
      kind,
      params: z.strictObject({ what: what.optional() }),
      answers: { 200: ['What is still watched.', UnwatchAnswer] },
      async run({ spectators }, { what = WatchTopic.options }, { caller: { spectator } }) {
        const left = spectators.unwatch(spectator!, what);
        return { body: () => ({ what: left }) };
      },
    }),
  };
}
