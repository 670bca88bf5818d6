import type { Clock, Timer } from '../../../runtime/clock.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { asOutcome, EtcdFault, etcdFaultOf } from './etcd-fault.ts';
import type { EtcdCall, EtcdMember } from './etcd-member.ts';

/**
 * The members of etcd as one that answers. What is asked of a silent one is soon asked of the next too, without waiting
 * for the first to fail: a machine that is cut off does not fail, it is silent.
 */
export interface EtcdMembers {
  readonly all: readonly EtcdMember[];
  /** The first answer. A change may happen as often as it is asked for. Rejects with a `BazarError`. */
  change<Answer>(call: (member: EtcdMember) => EtcdCall<Answer>, deadline: number): Promise<Answer>;
  /** The first answer; where all fail they are asked again, until the deadline. Rejects with `none`. */
  read<Answer>(call: (member: EtcdMember) => EtcdCall<Answer>, deadline: number): Promise<Answer>;
  /** One who waits is told that nobody knows. */
  close(): void;
}

export function createEtcdMembers(options: {
  readonly all: readonly EtcdMember[];
  readonly clock: Clock;
  readonly limits: Limits;
}): EtcdMembers {
  const { all, clock, limits } = options;
  const open = new Set<(fault: EtcdFault) => void>();
  /** The one who answered last is asked first. */
  let preferred = 0;

  function ask<Answer>(
    call: (member: EtcdMember) => EtcdCall<Answer>,
    deadline: number,
    isRead: boolean,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const calls = new Set<EtcdCall<Answer>>();
      const first = preferred;
      const most = all.length === 1 ? 1 : all.length * limits.etcdRounds;
      let asked = 0;
      let failed = 0;
      let isDoubtful = false;
      let lastWords = '';
      let isOver = false;
      let timer: Timer | undefined;
      const overdue = clock.setTimeout(
        () => fail(new EtcdFault('doubtful', `no answer in time${lastWords && ` (${lastWords})`}`)),
        deadline - clock.monotonic(),
      );
      open.add(fail);
      next();

      function next(): void {
        clock.clearTimeout(timer);
        if (isOver || asked >= most) return;
        const at = (first + asked++) % all.length;
        const one = call(all[at]!);
        calls.add(one);
        timer = clock.setTimeout(next, limits.etcdHedgeMs);
        one.answer.then(
          (answer) => {
            preferred = at;
            finish();
            resolve(answer);
          },
          (error: unknown) => {
            calls.delete(one);
            failedOnce(etcdFaultOf(error, all[at]!.url));
          },
        );
      }

      function failedOnce(fault: EtcdFault): void {
        if (isOver) return;
        failed++;
        lastWords = fault.message;
        if (fault.kind === 'doubtful') isDoubtful = true;
        if (fault.kind === 'refused') fail(fault);
        else if (failed < all.length) next();
        else if (calls.size > 0) return;
        else if (isRead) again();
        else fail(fault);
      }

      function again(): void {
        asked = 0;
        failed = 0;
        clock.clearTimeout(timer);
        timer = clock.setTimeout(next, limits.etcdRetryMs);
      }

      function fail(fault: EtcdFault): void {
        if (isOver) return;
        const mayBe = isDoubtful || calls.size > 0;
        finish();
        reject(asOutcome(fault, mayBe && !isRead));
      }

      function finish(): void {
        isOver = true;
        open.delete(fail);
        clock.clearTimeout(timer);
        clock.clearTimeout(overdue);
        for (const one of calls) one.cancel();
        calls.clear();
      }
    });
  }

  return {
    all,
    change: (call, deadline) => ask(call, deadline, false),
    read: (call, deadline) => ask(call, deadline, true),
    close() {
      for (const fail of [...open]) fail(new EtcdFault('doubtful', 'the log is closed', 'draining'));
      for (const member of all) member.close();
    },
  };
}
