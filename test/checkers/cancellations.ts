import type { Violation, Write } from './model.ts';

/** Of no order more copies are taken back than it had, nor more given back than was paid. */
export function checkCancellations(writes: readonly Write[]): Violation[] {
  const orders = new Map<string, { readonly copies: Map<number, number>; paid: number }>();
  for (const { line, fate } of writes) {
    if ((line.kind !== 'purchase' && line.kind !== 'hold') || fate !== 'ok') continue;
    const copies = new Map<number, number>();
    for (const { book, quantity } of line.lines) copies.set(book, (copies.get(book) ?? 0) + quantity);
    orders.set(line.key, { copies, paid: line.total ?? Number.POSITIVE_INFINITY });
  }
  const violations: Violation[] = [];
  for (const { line, fate } of writes) {
    if (line.kind !== 'cancel' || fate !== 'ok') continue;
    const left = orders.get(line.order);
    if (!left) continue;
    for (const { book, quantity } of line.lines)
      left.copies.set(book, (left.copies.get(book) ?? 0) - quantity);
    left.paid -= line.refund ?? 0;
    const isOver = left.paid < 0 || [...left.copies.values()].some((copies) => copies < 0);
    if (!isOver) continue;
    const says = `more was taken or given back of order ${line.order} than was bought`;
    violations.push({ rule: 'no more back than was bought', op: line.op, says });
  }
  return violations;
}
