/** Peers take the store's own word for a read that must not come out of a cache. */
export function readsPastCache(query: { readonly consistency?: string }): boolean {
  return query.consistency === 'strong';
}
