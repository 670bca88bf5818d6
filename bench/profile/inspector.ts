import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A running Node process under its own inspector (Chrome DevTools Protocol, domains Runtime and Profiler). */
export interface Inspected {
  readonly pid: number;
  startCpuProfile(): Promise<void>;
  stopCpuProfile(): Promise<CpuProfile>;
  startCounting(): Promise<void>;
  /** How often each function was called since counting began. */
  stopCounting(): Promise<readonly CallCount[]>;
  close(): void;
}

/** What `Profiler.stop` gives; times are microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface CallCount {
  readonly url: string;
  readonly functionName: string;
  readonly count: number;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

/** Microseconds between two samples of the stack. */
const SAMPLING_US = 500;

/** Joins the inspector at a `ws:` address, as `node --inspect` prints it. */
export async function inspect(address: string): Promise<Inspected> {
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 1024 ** 3 });
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  socket.on('message', (text) => {
    const { id, result } = JSON.parse(String(text));
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  await once(socket, 'open');

  function call<T>(method: string, params: object = {}): Promise<T> {
    const id = ++lastId;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => waiting.set(id, resolve as (result: unknown) => void));
  }

  await call('Profiler.enable');
  const { result } = await call<{ result: { value: number } }>('Runtime.evaluate', {
    expression: 'process.pid',
  });
  return {
    pid: result.value,
    async startCpuProfile() {
      await call('Profiler.setSamplingInterval', { interval: SAMPLING_US });
      await call('Profiler.start');
    },
    async stopCpuProfile() {
      return (await call<{ profile: CpuProfile }>('Profiler.stop')).profile;
    },
    async startCounting() {
      await call('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    },
    async stopCounting() {
      const { result } = await call<Coverage>('Profiler.takePreciseCoverage');
      await call('Profiler.stopPreciseCoverage');
      return result.flatMap(({ url, functions }) =>
        functions.map(({ functionName, ranges }) => ({ url, functionName, count: ranges[0]?.count ?? 0 })),
      );
    },
    close: () => socket.close(),
  };
}
