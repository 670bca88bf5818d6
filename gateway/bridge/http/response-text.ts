import { STATUS_CODES } from 'node:http';
import type { Clock } from '../../../runtime/clock.ts';
import type { Head } from './heads.ts';

/** Writes a whole response of HTTP/1.1 to a connection that stays open, as node would. */
export type ResponseText = (status: number, body: string, heads: readonly Head[]) => string;

export function createResponseText(clock: Clock, keepAliveMs: number): ResponseText {
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n\r\n`;
  let second = 0;
  let date = '';

  /** Made once a second. */
  function dateLine(): string {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      second = now;
      date = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
    }
    return date;
  }

  return (status, body, heads) => {
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
    for (const head of heads) for (const name in head) text += `${name}: ${head[name]}\r\n`;
    return `${text}content-length: ${Buffer.byteLength(body)}\r\n${dateLine()}${keepAlive}${body}`;
  };
}
