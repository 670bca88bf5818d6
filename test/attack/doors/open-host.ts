import type { LoneAttack } from '../attack.ts';
import { inFreshPlace, launch, refusedInOneLine } from '../launch.ts';
import { expects } from '../rules.ts';

/** An address that no machine has (RFC 5737), so that nothing is ever open to others: the refusal has to come first. */
const BEYOND = '192.0.2.1';

export const openHost: LoneAttack = {
  kind: 'alone',
  section: 'door',
  name: 'open-host',
  harm: 'A store that is opened to the network with a token of one character over plain HTTP says nothing.',
  run: () =>
    inFreshPlace(async (data) => {
      const start = (args: readonly string[], token: string) =>
        launch(
          data,
          { args: ['--host', BEYOND, ...args], env: { BAZAR_ADMIN_TOKEN: token } },
          (launched) => ({
            refused: refusedInOneLine(launched),
            namesInsecureHttp: launched.stderr.includes('insecure-http') ? 1 : 0,
            speaksOfToken: /16 characters/.test(launched.stderr) ? 1 : 0,
          }),
        );
      const plain = await start([], 'a-token-of-enough-characters');
      const short = await start(['--insecure-http'], 'x');
      return {
        'plain HTTP refused for what it is': plain.refused * plain.namesInsecureHttp,
        'short token refused for what it is': short.refused * short.speaksOfToken,
      };
    }),
  verdict: (measured) => [
    ...expects(measured, 'plain HTTP refused for what it is', 1),
    ...expects(measured, 'short token refused for what it is', 1),
  ],
};
