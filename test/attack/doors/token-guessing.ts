import { openRpc } from '../../bridge/support.ts';
import type { StoreAttack } from '../attack.ts';
import { atMost, noneEnded } from '../rules.ts';

const CONNECTIONS = 4;
const AT_ONCE = 50;
/** Guesses a second, of all connections together, that a store may answer. */
const GUESSES_LIMIT = 100;

export const tokenGuessing: StoreAttack = {
  kind: 'store',
  section: 'door',
  name: 'token-guessing',
  harm: 'The admin token can be guessed thousands of times a second, and nobody is told.',
  needs: {},
  async run(store, { seconds }) {
    const linesBefore = linesAbout(store.launcher.said.stderr);
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => openRpc(store.url)));
    const until = performance.now() + seconds * 1000;
    const late = new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
    let guesses = 0;
    const guess = async (client: (typeof clients)[number]) => {
      while (performance.now() < until) {
        await client.call('authenticate', { token: `guess-${guesses}` });
        guesses++;
        client.received.length = 0;
      }
    };
    const guessers = clients.flatMap((client) => Array.from({ length: AT_ONCE }, () => guess(client)));
    await Promise.race([Promise.all(guessers), late]);
    for (const { socket } of clients) socket.terminate();
    return {
      'guesses a second': guesses / seconds,
      'lines logged': linesAbout(store.launcher.said.stderr) - linesBefore,
    };
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...atMost(measured, 'guesses a second', GUESSES_LIMIT),
    ...(measured.seen['lines logged'] ? [] : ['nothing was logged']),
  ],
};

function linesAbout(text: string): number {
  return text.split('\n').filter((line) => /token|authenticat/i.test(line)).length;
}
