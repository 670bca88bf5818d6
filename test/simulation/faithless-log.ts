import type { CommandLog, CommittedBatch, LogFollower } from '../../actors/log/command-log.ts';
import { joinCommandLog } from '../../actors/log/log-replica.ts';
import type { LoggedCommand } from '../../runtime/messages.ts';
import { createOuterLog, type OuterLog, type OuterLogSurroundings } from './outer-log.ts';
import type { SimProcess } from './scheduler.ts';

/** What the next batch that is delivered to anybody meets. */
type Betrayal = 'leave out' | 'swap' | 'repeat';

/**
 * The simulated engine, but it breaks its promises: it leaves a batch out, gives two in the wrong order, or one twice. A
 * catalog must notice before anything comes of it, and end; started again, it goes on from where it was.
 */
export function createFaithlessLog(surroundings: OuterLogSurroundings): OuterLog {
  const log = createOuterLog(surroundings);
  let next: Betrayal | undefined;

  function betray(betrayal: Betrayal): void {
    next = betrayal;
    surroundings.say(`the log will ${betrayal}`);
  }

  function connect<Command>(process: SimProcess): CommandLog<Command> {
    const faithful = log.connect<Command>(process);
    return {
      ...faithful,
      follow: (from, follower) =>
        faithful.follow(from, { ...follower, batch: unreliable((batch) => follower.batch(batch)) }),
    };
  }

  function unreliable<Command>(
    deliver: LogFollower<Command>['batch'],
  ): (batch: CommittedBatch<Command>) => void {
    let heldBack: CommittedBatch<Command> | undefined;
    return (batch) => {
      if (heldBack) {
        deliver(batch);
        deliver(heldBack);
        heldBack = undefined;
        return;
      }
      const betrayal = next;
      next = undefined;
      if (betrayal === 'swap') heldBack = batch;
      else if (betrayal !== 'leave out') deliver(batch);
      if (betrayal === 'repeat') deliver(batch);
    };
  }

  return {
    ...log,
    // These change while it lives.
    get end() {
      return log.end;
    },
    get trimmed() {
      return log.trimmed;
    },
    isFaithless: true,
    connect,
    join: (process, name, peers) =>
      joinCommandLog({
        log: connect<LoggedCommand>(process),
        peers: () => peers.filter((id) => id !== process.name),
        name,
      }),
    faults: [
      ...log.faults,
      ['leave a batch out', 2, () => betray('leave out')],
      ['swap two batches', 2, () => betray('swap')],
      ['repeat a batch', 2, () => betray('repeat')],
    ],
    heal() {
      next = undefined;
      log.heal();
    },
  };
}
