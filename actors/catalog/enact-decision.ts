import type { Command } from '../../runtime/domain.ts';
import type { Decision } from './decision.ts';
import { recordKey } from './recall.ts';
import type { StateRecords } from './state-records.ts';

/** Makes what was decided at the log index `version` the state. */
export function enactDecision(
  records: StateRecords,
  command: Pick<Command, 'kind' | 'key'>,
  { books, record, hold, payment, refund, amended, counts }: Omit<Decision, 'result'>,
  version: number,
): void {
  if (record) {
    if (hold?.isOpen === false || payment?.isOpen === false) records.rerecord(recordKey(command), record);
    else records.record(recordKey(command), record);
  }
  if (hold?.isOpen) records.beginHold(hold);
  else if (hold) records.endHold(hold);
  if (payment) records.asked.payments.set(payment);
  if (refund) records.asked.refunds.set(refund);
  if (amended) records.rerecord(amended.key, amended.record);
  if (counts) for (const count of counts) records.counts.set(count);
  records.putBooks(books, version);
}
