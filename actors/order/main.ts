import { runChild } from '../../runtime/process/child.ts';
import { createOrder } from './order.ts';

/** One order replica as a process of its own. It has no disk: each start is a new incarnation. */
runChild(async ({ configuration, ...ports }) => ({
  incarnation: ports.random.id(),
  run: (mesh) => createOrder({ mesh, catalogs: configuration.catalogs, ...ports }),
}));
