import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventAnswer } from '../../../runtime/event-answers.ts';
import type { Context } from '../context.ts';
import type { EventOutlet } from '../event-followers.ts';
import { Since } from '../operations/events.ts';
import { parseRequest } from '../parse-request.ts';
import { reached } from '../perform.ts';
import type { EventsParams } from '../read-events.ts';
import { storeVersionHead } from './heads.ts';

/** Whether the client asks for Server-Sent Events; a HEAD of them would never end. */
export const wantsStream = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && headers.accept?.includes('text/event-stream') === true;

/** Follows the events of the store as Server-Sent Events, which a client goes on with by `Last-Event-ID`. */
export async function streamEvents(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  given: object,
): Promise<void> {
  const { followers, held, storeVersions, clock, limits } = context;
  const params: EventsParams = await reached(context, given, clock.monotonic() + limits.readDeadlineMs);
  const last = request.headers['last-event-id'];
  const since = last === undefined ? params.since : parseRequest(Since, last, 'Last-Event-ID');
  const follower = await followers.open({ ...params, since });
  const { raw } = reply.hijack();
  const backlog = held.backlogs.open(() => raw.destroy());
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    ...storeVersionHead(storeVersions),
  });
  raw.write(': events\n\n');
  // An event with a name is no `message` to those that listen for these.
  const outlet = outletTo(raw, params.types !== undefined, backlog.hold);
  await follower.follow(outlet);
  backlog.close();
  raw.end();
}

function outletTo(raw: ServerResponse, isNamed: boolean, hold: (bytes: number) => void): EventOutlet {
  const textOf = (event: EventAnswer) =>
    `${isNamed ? `event: ${event.type}\n` : ''}id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
  return {
    get isOpen() {
      return !raw.destroyed;
    },
    tell(events) {
      raw.write(events.map(textOf).join(''));
      hold(raw.writableNeedDrain ? raw.writableLength : 0);
    },
    beat: () => void raw.write(': \n\n'),
    whenTaken(taken) {
      if (raw.destroyed || !raw.writableNeedDrain) {
        taken();
        return;
      }
      const over = () => {
        raw.off('drain', over);
        raw.off('close', over);
        hold(0);
        taken();
      };
      raw.on('drain', over);
      raw.on('close', over);
    },
    cut: () => void raw.destroy(),
  };
}
