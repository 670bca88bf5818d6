import { signal, useSignal } from '@preact/signals';
import type { Role } from '../../../runtime/api.ts';
import { randomName } from '../browser-clock.ts';
import { type CallFailure, call, onOpen } from '../store-socket.ts';
import { sayFailure } from './say-failure.ts';

/** What the shop's keeper may do after the token was shown: put copies in, and set prices. */

export const role = signal<Role | null>(null);
/** In memory only: a reload forgets it. */
let token = '';

onOpen(() => {
  if (token !== '') authenticate(token).catch(() => {});
});

async function authenticate(given: string): Promise<void> {
  const answer = await call<{ role: Role }>('authenticate', { token: given });
  token = given;
  role.value = answer.role;
}

export function KeeperPanel() {
  const fault = useSignal('');
  const given = useSignal('');

  async function show(event: Event): Promise<void> {
    event.preventDefault();
    fault.value = '';
    try {
      await authenticate(given.value.trim());
      given.value = '';
    } catch (thrown) {
      fault.value = sayFailure(thrown as CallFailure);
    }
  }

  function leave(): void {
    token = '';
    role.value = null;
    call('authenticate', { token: '' }).catch(() => {});
  }

  return (
    <section class="panel keeper" aria-labelledby="keeper">
      <header>
        <h2 id="keeper">The keeper</h2>
      </header>
      {role.value === null ? (
        <form onSubmit={(event) => void show(event)}>
          <label for="token">
            Admin token <span class="quiet">(in data/admin-token)</span>
          </label>
          <div class="together">
            <input
              id="token"
              type="password"
              autocomplete="off"
              maxLength={1000}
              value={given.value}
              aria-describedby="token-fault"
              onInput={({ currentTarget }) => {
                given.value = currentTarget.value;
              }}
            />
            <button type="submit" disabled={given.value.trim() === ''}>
              Show it
            </button>
          </div>
          <p id="token-fault" class="fault" role="alert">
            {fault.value}
          </p>
        </form>
      ) : (
        <p class="together">
          <span>
            You are <b>{role.value}</b>
            {role.value === 'admin'
              ? ': each book has a form to restock it and set its price.'
              : ' and change nothing.'}
          </span>
          <button type="button" onClick={leave}>
            Leave
          </button>
        </p>
      )}
    </section>
  );
}

/** The keeper's form below one book. */
export function KeeperForm({ id, title }: { id: number; title: string }) {
  const said = useSignal('');

  async function change(event: Event): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const restock = Number(fields.get('restock'));
    const price = String(fields.get('price')).trim();
    const changes = { ...(restock > 0 && { restock }), ...(price !== '' && { price }) };
    if (Object.keys(changes).length === 0) {
      said.value = 'Say how many copies, or which price.';
      return;
    }
    try {
      await call('updateBook', { id, key: `page-${randomName()}`, ...changes });
      form.reset();
      said.value = 'Done.';
    } catch (thrown) {
      said.value = sayFailure(thrown as CallFailure);
    }
  }

  return (
    <form class="keeper-form" onSubmit={(event) => void change(event)}>
      <label>
        <span>
          Copies<span class="for-ears"> to add of {title}</span>
        </span>
        <input name="restock" type="number" min="1" max="1000000" inputMode="numeric" />
      </label>
      <label>
        <span>
          Price<span class="for-ears"> of {title}</span>
        </span>
        <input name="price" inputMode="decimal" pattern="\d{1,10}([.]\d{1,3})?" />
      </label>
      <button type="submit">
        Set<span class="for-ears"> for {title}</span>
      </button>
      <p class="quiet" role="status">
        {said.value}
      </p>
    </form>
  );
}
