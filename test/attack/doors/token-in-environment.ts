import type { LoneAttack } from '../attack.ts';
import { inFreshPlace, launch } from '../launch.ts';
import { childrenOf, environmentOf, nodesUnder } from '../process-table.ts';
import { expects } from '../rules.ts';

const TOKEN = 'a-token-that-nobody-may-see';

export const tokenInEnvironment: LoneAttack = {
  kind: 'alone',
  section: 'door',
  name: 'token-in-environment',
  harm: 'Every process of the store carries the admin token in its environment, where tools and dumps show it.',
  run: () =>
    inFreshPlace((data) =>
      launch(data, { env: { BAZAR_ADMIN_TOKEN: TOKEN } }, ({ pid }) => {
        // Not the nodes alone: who guards the sockets' folder is started by the launcher, too.
        const started = childrenOf(pid);
        const telling = started.filter((child) => environmentOf(child).includes(TOKEN));
        return { processes: nodesUnder(pid).size, 'with the token': telling.length };
      }),
    ),
  verdict: (measured) => [
    ...expects(measured, 'with the token', 0),
    ...(measured.seen.processes ? [] : ['no process was seen']),
  ],
};
