import type { Clock } from '../../runtime/clock.ts';
import type { Command } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Body, Incoming, Reply } from '../../runtime/links/mesh.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Random } from '../../runtime/random.ts';

export type SubmitReply = Reply<'submit'>;
type Submit = (command: Command, incoming: Pick<Incoming, 'deadline' | 'trace'>) => Promise<SubmitReply>;

/** What an order replica gives to its payments. */
export interface PaymentHost {
  /** Sees a command through. */
  readonly submit: Submit;
  /** Asks a catalog which payments are open; undefined where none is linked, or this replica is about to end. */
  readonly look: (
    body: Body<'read.payments'>,
    timeoutMs: number,
  ) => Promise<Reply<'read.payments'>> | undefined;
  /** Called when the last of those who wait has its answer. */
  readonly rested: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: Logger;
}
