import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { READ_AHEAD_BYTES } from '../intake.ts';
import { PIECE_BYTES, UNCOUNTED_BYTES } from '../shared-bytes.ts';

/** Counts what HTTP clients make the gateway hold: bodies that have not ended, and large answers that were not taken. */
export function boundBytes(app: FastifyInstance, { held, intake, logger }: Context): void {
  const cutOff = (request: FastifyRequest) => (reason: string) => {
    logger.warn(`client ${request.ip} is cut off: ${reason}`);
    request.raw.socket.destroy();
  };

  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { headers, method } = request.raw;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && method !== 'GET' && method !== 'HEAD') {
      const account = held.unfinished.open(cutOff(request));
      let bytes = 0;
      const pieces = intake.open(request.ip, {
        pause() {
          payload.pause();
          account.hold(bytes + READ_AHEAD_BYTES);
        },
        resume: () => payload.resume(),
      });
      payload.on('data', (chunk: Buffer) => {
        bytes += chunk.length + PIECE_BYTES;
        account.hold(bytes);
        if (bytes > UNCOUNTED_BYTES) pieces.took(chunk.length);
      });
      for (const over of ['end', 'close']) {
        payload.once(over, account.close);
        payload.once(over, pieces.close);
      }
    }
    done(null, payload);
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    if (bytes > UNCOUNTED_BYTES) {
      const account = held.backlogs.open(cutOff(request));
      account.hold(bytes);
      reply.raw.once('close', account.close);
    }
    done(null, payload);
  });
}
