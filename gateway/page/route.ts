import { computed, signal } from '@preact/signals';

/** The route, which is where the page is: everything it can show has an address, such as `#/shop?order=my-first-order`. */

export const VIEWS = ['cluster', 'shop', 'request', 'charts', 'experiments', 'simulator', 'lab'] as const;
export type ViewName = (typeof VIEWS)[number];

const hash = signal(location.hash);
window.addEventListener('hashchange', () => {
  hash.value = location.hash;
});

const parts = computed(() => {
  const [address = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?', 2);
  const [path = '', ...rest] = safelyDecoded(address).split('/');
  return { path, rest: rest.join('/'), query: new URLSearchParams(query) };
});

/** The view of the address; null for one that there is not. */
export const view = computed<ViewName | null>(() => {
  const { path } = parts.value;
  if (path === '') return 'cluster';
  return VIEWS.find((name) => name === path) ?? null;
});

export const unknownView = computed(() => parts.value.path.slice(0, 60));

export function queryOf(name: string): string | null {
  return parts.value.query.get(name);
}

/** What stands behind the view's name: `my-order` in `#/request/my-order`. */
export const subject = computed(() => parts.value.rest);

/** The address of something in a view, and of how it is shown. */
export function addressOf(
  name: ViewName,
  about: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const text = new URLSearchParams(query).toString();
  return `#/${name}/${encodeURIComponent(about)}${text && `?${text}`}`;
}

/** Another address for what is shown already, without an entry in the browser's history. */
export function readdress(name: ViewName, query: Readonly<Record<string, string>>): void {
  const text = new URLSearchParams(query).toString();
  history.replaceState(null, '', `#/${name}${text && `?${text}`}`);
  hash.value = location.hash;
}

/** The view is shown before the next key or click, which so meets what it was meant for. */
export function goTo(name: ViewName, query: Readonly<Record<string, string>> = {}): void {
  const text = new URLSearchParams(query).toString();
  location.hash = `#/${name}${text && `?${text}`}`;
  hash.value = location.hash;
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
