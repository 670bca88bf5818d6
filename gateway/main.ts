import { runChild } from '../runtime/process/child.ts';
import { openBridge } from './bridge/bridge.ts';
import { openRedis } from './cache/redis.ts';
import { createRemoteCache, type RemoteCache } from './cache/remote-cache.ts';
import { createGateway } from './gateway.ts';

/** The gateway as a process of its own, with its door for clients. It keeps nothing: each start is a new incarnation. */
runChild(async ({ configuration, ...ports }) => {
  const { http, redisUrl, cluster, secret, catalogs, orders, filled } = configuration;
  if (!http) throw new Error('a gateway needs to know where to listen');

  function openRemote(url: string): RemoteCache {
    return createRemoteCache({ server: openRedis(url, ports), cluster, secret, ...ports });
  }

  return {
    incarnation: ports.random.id(),
    async run(mesh) {
      const remote = redisUrl === undefined ? undefined : openRemote(redisUrl);
      const gateway = createGateway({ mesh, catalogs, orders, remote, filled, ...ports });
      const bridge = await openBridge({ service: gateway, ...http, ...ports });
      return {
        get state() {
          return gateway.state;
        },
        observe: gateway.observe,
        http: bridge.url,
        heard(message) {
          if (message.type === 'processes') gateway.setProcesses(message.processes);
          else gateway.fill();
        },
        drain() {
          gateway.drain();
          return bridge.drain();
        },
        async stop() {
          await bridge.close();
          await gateway.stop();
        },
      };
    },
  };
});
