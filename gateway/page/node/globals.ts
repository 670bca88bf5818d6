/** Node's globals as far as the simulated store takes them, for its simulation in a browser's worker. */

const encoder = new TextEncoder();

class NodeBytes extends Uint8Array {
  override toString(): string {
    // 32 bytes as base64url, without their padding: the one length that is asked for.
    return 'A'.repeat(Math.ceil((this.length * 4) / 3));
  }
}

export const Buffer = {
  byteLength: (text: string) => encoder.encode(text).length,
  from: (text: string) => encoder.encode(text),
  alloc: (length: number) => new NodeBytes(length),
};

type Rejected = (reason: unknown) => void;
const rejected = new Set<Rejected>();
addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  for (const told of rejected) told(event.reason);
});

export const process = {
  pid: 1,
  env: {},
  on: (_event: 'unhandledRejection', told: Rejected) => void rejected.add(told),
  off: (_event: 'unhandledRejection', told: Rejected) => void rejected.delete(told),
};

const { port1, port2 } = new MessageChannel();
const due: (() => void)[] = [];
let next = 0;
port1.onmessage = () => {
  const run = due[next++]!;
  if (next === due.length) {
    due.length = 0;
    next = 0;
  }
  run();
};

/** Behind every promise that settles by itself, as in Node, and in turn with what the page says. */
function runSoon(run: () => void): void {
  due.push(run);
  port2.postMessage(null);
}

export { runSoon as setImmediate };
