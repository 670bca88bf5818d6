import { setTimeout as sleep } from 'node:timers/promises';
import { type StoreAttack, scaled } from '../attack.ts';
import { memoryBounded, noneEnded, sellsAfterwards } from '../rules.ts';
import { destroyAll, frameHead, openSockets, SWITCHED, upgrade } from '../sockets.ts';

const SOCKETS = 400;
const SENT_BYTES = 1_000_000;
const FRAME_BYTES = SENT_BYTES + 1;
/** Seconds after which an unfinished frame is no longer waited for, and some more. */
const WAIT_SECONDS = 14;

export const unfinishedFrames: StoreAttack = {
  kind: 'store',
  section: 'loss',
  name: 'unfinished-frames',
  harm: 'Frames that stop before their end hold the memory of the gateway for good.',
  needs: {},
  async run(store, intensity) {
    const url = `${store.url}/ws`;
    const sockets = await openSockets(url, scaled(intensity, SOCKETS));
    const upgraded = await Promise.all(sockets.map((socket) => upgrade(socket, url)));
    const part = Buffer.concat([frameHead(FRAME_BYTES), Buffer.alloc(SENT_BYTES, 0x20)]);
    for (const socket of sockets) {
      socket.resume();
      socket.write(part);
    }
    const until = performance.now() + WAIT_SECONDS * 1000;
    while (performance.now() < until && sockets.some(({ destroyed }) => !destroyed)) await sleep(100);
    const open = sockets.filter(({ destroyed }) => !destroyed).length;
    destroyAll(sockets);
    return { upgraded: upgraded.filter((status) => status === SWITCHED).length, 'still open': open };
  },
  verdict: (measured) => [
    ...noneEnded(measured),
    ...memoryBounded(measured),
    ...(measured.seen['still open'] === 0
      ? []
      : [`${measured.seen['still open']} unfinished frames are waited for`]),
    ...sellsAfterwards(measured),
  ],
};
