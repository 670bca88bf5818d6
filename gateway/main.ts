import { runChild } from '../runtime/process/child.ts';
import { tellLauncher } from '../runtime/process/ipc.ts';
import { createWaits } from '../runtime/waits.ts';
import { openBridge } from './bridge/bridge.ts';
import { openRedis } from './cache/redis.ts';
import { createRemoteCache, type RemoteCache } from './cache/remote-cache.ts';
import { createGateway } from './gateway.ts';
import { createLabLine } from './lab-line.ts';

/** The gateway as a process of its own, with its door for clients. It keeps nothing: each start is a new incarnation. */
runChild(async ({ configuration, ...ports }) => {
  const { http, redisUrl, cluster, secret, catalogs, orders, currency } = configuration;
  const { filled, neededCatalogs, isOrderedOutside } = configuration;
  if (!http) throw new Error('a gateway needs to know where to listen');

  function openRemote(url: string): RemoteCache {
    return createRemoteCache({ server: openRedis(url, ports), cluster, secret, ...ports });
  }

  return {
    incarnation: ports.random.id(),
    async run(mesh) {
      const remote = redisUrl === undefined ? undefined : openRemote(redisUrl);
      const gateway = createGateway({
        mesh,
        catalogs,
        orders,
        remote,
        filled,
        neededCatalogs,
        isOrderedOutside,
        ...ports,
      });
      const waits = createWaits(ports.clock);
      const tell: Parameters<typeof createLabLine>[0]['tell'] = (number, action) =>
        void tellLauncher({ type: 'lab', number, action });
      const lab = configuration.lab ? createLabLine({ waits, limits: ports.limits, tell }) : undefined;
      const bridge = await openBridge({ service: gateway, cluster, lab, currency, ...http, ...ports });
      return {
        get state() {
          return gateway.state;
        },
        observe: gateway.observe,
        http: bridge.url,
        heard(message) {
          if (message.type === 'processes') gateway.setProcesses(message.processes);
          if (message.type === 'filled') gateway.fill();
          if (message.type === 'labDone') {
            if ('text' in message.reply && message.reply.text) gateway.noteFault(message.reply.text);
            lab?.answered(message.number, message.reply);
          }
        },
        drain() {
          gateway.drain();
          return bridge.drain();
        },
        async stop() {
          waits.end();
          await bridge.close();
          await gateway.stop();
        },
      };
    },
  };
});
