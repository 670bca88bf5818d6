import { openRpc } from '../../bridge/support.ts';
import { ask } from '../ask.ts';
import type { StoreAttack } from '../attack.ts';
import { asAdmin, BOUGHT_BOOK } from '../goods.ts';
import { expects } from '../rules.ts';

export const openLists: StoreAttack = {
  kind: 'store',
  section: 'door',
  name: 'open-lists',
  harm: "Everybody's orders, and the keys that they were made with, are listed to whoever asks.",
  needs: {},
  async run(store) {
    const headers = { 'idempotency-key': 'known-to-me' };
    await ask(`${store.url}/purchase`, { method: 'POST', body: { id: BOUGHT_BOOK, quantity: 1 }, headers });
    const statusOf = async (path: string, withToken = false) =>
      (await ask(`${store.url}${path}`, withToken ? { headers: asAdmin(store) } : {})).status;
    const client = await openRpc(store.url);
    const listed = await client.call('orders', {});
    client.close();
    return {
      'list without a token': await statusOf('/orders'),
      'list with the token': await statusOf('/orders', true),
      'order by its id': await statusOf('/orders/known-to-me'),
      'list by a socket without a token': listed.result ? 1 : 0,
    };
  },
  verdict: (measured) => [
    ...expects(measured, 'list without a token', 401),
    ...expects(measured, 'list with the token', 200),
    ...expects(measured, 'order by its id', 200),
    ...expects(measured, 'list by a socket without a token', 0),
  ],
};
