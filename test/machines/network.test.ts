import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { needsMachines, openNetwork } from './network.ts';

/** Tells another machine a number every 10 ms, and prints what comes. */
const TALKER = `
  const socket = require('node:dgram').createSocket('udp4');
  const [own, other] = process.argv.slice(1);
  let told = 0;
  socket.on('message', (text) => console.log(String(text)));
  socket.bind(7000, own, () => setInterval(() => socket.send(String(++told), 7000, other), 10));
`;

/** So often that whoever tells has also had the time to print what came. */
const TOLD_MEANWHILE = 20;

const name = 'a machine that is mute hears the others and is not heard until it is healed';
test(
  name,
  needsMachines(name, () =>
    inTemporaryFolder(async (folder) => {
      const network = await openNetwork(folder);
      try {
        const [one, two] = [await network.add(1), await network.add(2)];
        const talker = (own: number, other: number) => [
          process.execPath,
          ...['-e', TALKER.replaceAll('\n', ''), network.inside(own), network.inside(other)],
        ];
        one.start(talker(1, 2), join(folder, '1'));
        two.start(talker(2, 1), join(folder, '2'));
        /** The number that a machine heard last, which is how often the other has told. */
        const heardBy = async (number: number) => {
          const text = await readFile(join(folder, `${number}`), 'utf8').catch(() => '');
          return Number(text.trim().split('\n').pop());
        };
        const hearsMore = async (number: number) => {
          const before = await heardBy(number);
          await eventually(
            `machine ${number} hears`,
            async () => (await heardBy(number)) > before + TOLD_MEANWHILE,
          );
        };
        await hearsMore(1);
        await hearsMore(2);

        await one.mute();
        await eventually('machine 1 is not heard while it hears', async () => {
          const before = await heardBy(2);
          await hearsMore(1);
          return (await heardBy(2)) === before;
        });
        await one.heal();
        await hearsMore(1);
        await hearsMore(2);
      } finally {
        await network.end();
      }
    }),
  ),
);

test.run();
