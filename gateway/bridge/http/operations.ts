import { BazarError } from '../../../runtime/errors.ts';
import { type Desk, statusInTime } from '../context.ts';
import { busyMsOfAudit } from '../pages.ts';
import type { App } from './app.ts';
import { createHeavyReads } from './heavy.ts';

/** The routes for those who run the store. */
export function addOperations(app: App, desk: Desk, clients: () => number): void {
  const { service, admission, metrics, limits, clock } = desk;
  const { http } = desk.requests;
  const heavily = createHeavyReads(desk, desk.audits);

  app.get('/status', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send(await statusInTime(desk)),
  );

  app.get('/audit', { schema: { querystring: http.audit } }, async (request, reply) => {
    const { after, limit = limits.maxPage } = request.query;
    return heavily(request, reply, async (_deadline, made) => {
      const started = clock.monotonic();
      const audit = await service.audit({ after, limit });
      made(0, busyMsOfAudit(clock.monotonic() - started));
      return reply.header('cache-control', 'no-store').send(audit);
    });
  });

  app.get('/livez', async () => ({ alive: true }));

  app.get('/readyz', async () => {
    if (admission.draining) throw new BazarError('draining');
    if (!service.ready()) throw new BazarError('unavailable', 'No quorum of catalogs is within reach.');
    return { ready: true };
  });

  app.get('/metrics', async (_request, reply) => {
    // A cluster in trouble is when the process's own figures are wanted most.
    const status = await statusInTime(desk).catch(() => undefined);
    return reply.header('content-type', metrics.contentType).send(await metrics.text(clients(), status));
  });

  app.get('/ws', async () => {
    throw new BazarError('upgrade-required', 'Speak JSON-RPC 2.0 over a WebSocket here.');
  });
}
