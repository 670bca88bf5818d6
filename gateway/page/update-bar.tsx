import { signal } from '@preact/signals';
import { onOpen } from './store-socket.ts';

/** Says when the store has a newer page than this one, as after an update. */

const SCRIPT = '/page.js';
const isOld = signal(false);
let own: string | null = null;

onOpen(async () => {
  try {
    const { ok, headers } = await fetch(SCRIPT, { method: 'HEAD', cache: 'no-store' });
    const there = headers.get('etag');
    if (!ok || there === null) return;
    own ??= there;
    isOld.value = own !== there;
  } catch {
    // The gateway has gone again; it is asked when it is back.
  }
});

export function UpdateBar() {
  if (!isOld.value) return null;
  return (
    <p class="update-bar" role="status">
      The store was updated and has a newer page.{' '}
      <button type="button" onClick={() => location.reload()}>
        Reload
      </button>
    </p>
  );
}
