import { ask } from '../ask.ts';
import type { StoreAttack } from '../attack.ts';
import { BOUGHT_BOOK } from '../goods.ts';
import { expects } from '../rules.ts';
import { destroyAll, openSockets, upgrade } from '../sockets.ts';

const FOREIGN = 'https://elsewhere.example';

export const foreignPages: StoreAttack = {
  kind: 'store',
  section: 'door',
  name: 'foreign-pages',
  harm: 'Any web page that somebody on this machine visits can buy, read orders, and pass for localhost by its DNS.',
  needs: {},
  async run(store) {
    const body = { id: BOUGHT_BOOK, quantity: 1 };
    const buy = async (headers: Record<string, string>, path = '/purchase') =>
      (await ask(`${store.url}${path}`, { method: 'POST', headers, ...(path === '/purchase' && { body }) }))
        .status;
    const url = `${store.url}/ws`;
    const [foreign, program] = await openSockets(url, 2);
    const figures = {
      'purchase by a foreign Origin': await buy({ origin: FOREIGN }),
      'simple cross-site purchase': await buy({ 'sec-fetch-site': 'cross-site' }, `/purchase/${BOUGHT_BOOK}`),
      'socket of a foreign Origin': await upgrade(foreign!, url, [`origin: ${FOREIGN}`]),
      'read by a foreign Host': (await ask(`${store.url}/info/1`, { headers: { host: 'elsewhere.example' } }))
        .status,
      'purchase of a program': await buy({}),
      'socket of a program': await upgrade(program!, url),
    };
    destroyAll([foreign!, program!]);
    return figures;
  },
  verdict: (measured) => [
    ...expects(measured, 'purchase by a foreign Origin', 403),
    ...expects(measured, 'simple cross-site purchase', 403),
    ...expects(measured, 'socket of a foreign Origin', 403),
    ...(measured.seen['read by a foreign Host']! >= 400 ? [] : ['a foreign Host is answered']),
    ...expects(measured, 'purchase of a program', 201),
    ...expects(measured, 'socket of a program', 101),
  ],
};
