import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Entry, readEntries } from '../../docs/examples/payments/ledger.ts';
import type { Rules } from '../../docs/examples/payments/server.ts';
import { eventually } from './eventually.ts';

/** The payment service of `docs/examples/payments` as a process of its own, which comes back to its address and its ledger. */
export interface PaymentProcess {
  readonly url: string;
  /** Times that it has died. */
  readonly deaths: number;
  /** SIGKILL; resolves once it is gone, and does not come back until it is started. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Resolves at the next end of the process. */
  gone(): Promise<void>;
  /** Changes its rules for as long as it lives. */
  rule(rules: Partial<Rules>): Promise<void>;
  /** What is in its ledger. */
  entries(): Entry[];
}

const MAIN = fileURLToPath(new URL('../../docs/examples/payments/main.ts', import.meta.url));

/** Starts it with these rules. `comesBack`: it is started again, with the same, whenever it dies by itself. */
export async function startPaymentProcess(options: {
  readonly ledger: string;
  readonly rules?: Partial<Rules>;
  readonly comesBack?: boolean;
}): Promise<PaymentProcess> {
  const { ledger, rules = {}, comesBack = false } = options;
  let child: ChildProcess;
  let url = '';
  let deaths = 0;
  let isWanted = true;
  const takeAlong = () => void child.kill('SIGKILL');

  async function start(): Promise<void> {
    isWanted = true;
    const port = url === '' ? '0' : new URL(url).port;
    const ruled = Object.entries(rules).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const args = ['--import', 'tsx', MAIN, '--port', port, '--ledger', ledger, ...ruled];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', takeAlong);
    child.once('exit', () => {
      process.off('exit', takeAlong);
      deaths++;
      if (comesBack && isWanted) void start();
    });
    const [line] = await once(child.stdout!, 'data');
    url = /http:\S+\d/.exec(String(line))![0];
  }

  await start();
  return {
    get url() {
      return url;
    },
    get deaths() {
      return deaths;
    },
    async kill() {
      isWanted = false;
      const gone = once(child, 'exit');
      if (child.kill('SIGKILL')) await gone;
    },
    start,
    gone: async () => void (await once(child, 'exit')),
    async rule(changed) {
      const put = async () =>
        (await fetch(`${url}/rules`, { method: 'PUT', body: JSON.stringify(changed) })).ok;
      await eventually('the payment service takes its rules', put);
    },
    entries: () => [...readEntries(ledger).values()],
  };
}
