import { setTimeout as sleep } from 'node:timers/promises';
import type { LauncherCluster } from '../../support/cluster.ts';
import { ask } from '../ask.ts';
import { type StoreAttack, scaled } from '../attack.ts';
import { BOUGHT_BOOK } from '../goods.ts';
import { atMost, leadsAgain, memoryBounded, staysInTerm } from '../rules.ts';
import { destroyAll, frameHead, openSockets, SWITCHED, upgrade } from '../sockets.ts';
import { tcpLinks } from '../stage.ts';

const SENDERS = 60;
const FRAME_BYTES = 8 * 1024 * 1024;
const IDLE = 1_000;
/** Milliseconds in which the gateway must serve again. */
const RETURN_LIMIT_MS = 3_000;
/** Milliseconds after which it is given up. */
const PATIENCE_MS = 40_000;

export const strangers: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'strangers',
  harm: 'Strangers on the ports between the processes take memory before any greeting, and keep friends out.',
  needs: { args: tcpLinks() },
  async run(store, intensity) {
    const ports = await linkPorts(store);
    const senders = await openSockets(ports[0] ?? store.url, scaled(intensity, SENDERS));
    const upgraded = await Promise.all(senders.map((socket) => upgrade(socket, ports[0]!)));
    const part = Buffer.concat([frameHead(FRAME_BYTES), Buffer.alloc(FRAME_BYTES - 1, 0x20)]);
    for (const socket of senders) socket.write(part);
    await sleep(1_500);
    const cutOff = senders.filter(({ destroyed }) => destroyed).length;
    destroyAll(senders);

    const idle = (await Promise.all(ports.map((url) => openSockets(url, scaled(intensity, IDLE))))).flat();
    const killedAt = await store.kill('gateway-1');
    const backMs = await timeToPurchase(store, killedAt);
    destroyAll(idle);
    await store.whole();
    return {
      'link ports': ports.length,
      'let in before a greeting': upgraded.filter((status) => status === SWITCHED).length,
      'cut off while sending': cutOff,
      idle: idle.length,
      'ms until the gateway is back': backMs,
    };
  },
  verdict: (measured) => [
    ...(measured.seen['link ports'] ? [] : ['no link listens on a port, so nothing was tried']),
    ...measured.ended.filter((name) => name !== 'gateway-1').map((name) => `${name} ended`),
    ...memoryBounded(measured),
    ...leadsAgain(measured),
    ...atMost(measured, 'ms until the gateway is back', PATIENCE_MS),
  ],
  pace: (measured) => [
    ...staysInTerm(measured),
    ...atMost(measured, 'ms until the gateway is back', RETURN_LIMIT_MS),
  ],
};

/** Where catalogs and orders listen for others of the store. */
async function linkPorts(store: LauncherCluster): Promise<string[]> {
  const { nodes } = await store.status();
  return nodes
    .filter(({ kind, url }) => kind !== 'gateway' && url?.startsWith('ws://'))
    .map(({ url }) => url!.replace('ws:', 'http:'));
}

async function timeToPurchase(store: LauncherCluster, since: number): Promise<number> {
  const body = { id: BOUGHT_BOOK, quantity: 1 };
  while (performance.now() - since < PATIENCE_MS) {
    const { status } = await ask(`${store.url}/purchase`, { method: 'POST', body, timeoutMs: 4_000 });
    if (status === 201) break;
    await sleep(20);
  }
  return performance.now() - since;
}
