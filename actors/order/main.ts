import { runChild } from '../../runtime/process/child.ts';
import { createOrder } from './order.ts';
import { createPaymentClient } from './payment-client.ts';
import { paymentsThrough } from './payments.ts';
import { withoutPayments } from './without-payments.ts';

/** One order replica as a process of its own. It has no disk: each start is a new incarnation. */
runChild(async ({ configuration: { catalogs, neededCatalogs, payments: service }, ...ports }) => {
  const payments = service
    ? paymentsThrough(createPaymentClient({ ...ports, url: service.url, currency: service.currency }))
    : withoutPayments;
  return {
    incarnation: ports.random.id(),
    run: (mesh) => createOrder({ mesh, catalogs, neededCatalogs, payments, ...ports }),
  };
});
