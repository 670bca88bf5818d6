/** Place of the first of the elements, whose keys rise, with a key greater than `bound`. */
export function firstGreater<T, K extends number | string>(
  elements: readonly T[],
  keyOf: (element: T) => K,
  bound: K,
): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(elements[middle]!) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
