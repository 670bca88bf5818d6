import type { FastifyReply, FastifyRequest } from 'fastify';
import { BazarError } from '../../../runtime/errors.ts';
import type { EventAnswer } from '../../../runtime/event-answers.ts';
import type { Context } from '../context.ts';
import { type EventsParams, eventsOf, readEvents, Since } from '../operations/events.ts';
import { parseRequest } from '../parse-request.ts';
import { storeVersionHead } from './heads.ts';

/** Whether the client asks for Server-Sent Events; a HEAD of them would never end. */
export const wantsStream = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && headers.accept?.includes('text/event-stream') === true;

/**
 * Streams of events to HTTP clients. Each is read page by page, and the next page once the client has taken the one
 * before, so a stream holds one page at most; who takes nothing for long is let go and comes back with `Last-Event-ID`.
 */
export function createEventStreams(context: Context) {
  const { limits, clock, waits, service, logger } = context;
  let open = 0;

  async function stream(request: FastifyRequest, reply: FastifyReply, params: EventsParams): Promise<void> {
    const last = request.headers['last-event-id'];
    const since = last === undefined ? params.since : parseRequest(Since, last, 'Last-Event-ID');
    if (open >= limits.maxEventStreams) {
      throw new BazarError(
        'too-many-requests',
        `${limits.maxEventStreams} streams of events are open already.`,
      );
    }
    open += 1;
    try {
      const asked = { ...params, limit: limits.defaultPage };
      // An event with a name is no `message` to those that listen for these.
      const nameOf = ({ type }: EventAnswer) => (params.types ? `event: ${type}\n` : '');
      let from: string | number = since ?? service.version() ?? 0;
      const first = await readEvents(context, { ...asked, since: from }, {});
      const { raw } = reply.hijack();
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        ...storeVersionHead(context.storeVersions),
      });
      let page = eventsOf(context, first.value);
      let toldAt = clock.monotonic();
      raw.write(': events\n\n');
      while (!raw.destroyed && !waits.ended) {
        const text = page.events
          .map((event) => `${nameOf(event)}id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`)
          .join('');
        if (text !== '') toldAt = clock.monotonic();
        if (text !== '' && !raw.write(text)) await taken(reply);
        from = page.cursor;
        if (!page.more) toldAt = await news(reply, Number.parseInt(page.cursor, 10), toldAt);
        if (raw.destroyed || waits.ended) break;
        page = eventsOf(context, (await readEvents(context, { ...asked, since: from }, {})).value);
      }
      raw.end();
    } catch (error) {
      if (!reply.sent) throw error;
      logger.info({ err: error }, 'a stream of events ends; its client goes on with the last id');
      reply.raw.end();
    } finally {
      open -= 1;
    }
  }

  /** Waits until there is a later version, and says that the stream lives while there is none. */
  async function news({ raw }: FastifyReply, version: number, toldAt: number): Promise<number> {
    let told = toldAt;
    do {
      await waits.pause(limits.eventPauseMs);
      if (clock.monotonic() - told >= limits.eventHeartbeatMs) {
        told = clock.monotonic();
        raw.write(': \n\n');
      }
    } while (!raw.destroyed && !waits.ended && (service.version() ?? 0) <= version);
    return told;
  }

  /** Waits until the client has taken what was written, and lets it go if it does not. */
  async function taken({ raw }: FastifyReply): Promise<void> {
    const end = clock.monotonic() + limits.eventDrainMs;
    while (!raw.destroyed && raw.writableNeedDrain && !waits.ended) {
      if (clock.monotonic() >= end) raw.destroy();
      else await waits.pause(limits.eventPauseMs);
    }
  }

  return { stream };
}
