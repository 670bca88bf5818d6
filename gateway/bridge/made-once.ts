/** Makes a value when it is first asked for, and keeps it: what few ask for costs the start of a gateway nothing. */
export function madeOnce<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
