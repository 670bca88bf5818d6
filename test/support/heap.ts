/** What falls due at a time; of several at one time the one that was set first. */
export interface Due {
  readonly at: number;
  readonly order: number;
}

/** A binary heap in an array: what is due first stands first. */
export function push<T extends Due>(heap: T[], item: T): void {
  let place = heap.push(item) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent]!;
    if (!before(item, above)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = item;
}

/** Takes out the first. */
export function pop<T extends Due>(heap: T[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left;
    if (!before(heap[child]!, last)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = last;
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
