import type { CommandLog } from '../../actors/log/command-log.ts';
import { type EtcdLogOptions, openEtcdLog } from '../../actors/log/etcd/open-etcd-log.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { createLogger, silentLogger } from '../../runtime/logger.ts';

/** A log of a store in the etcd at these addresses. */
export function openLog(
  urls: readonly string[],
  cluster: string,
  options: Partial<EtcdLogOptions> = {},
): Promise<CommandLog<string>> {
  const ports = { clock: systemClock, limits: DEFAULT_LIMITS, logger: silentLogger };
  return openEtcdLog<string>({ urls, cluster, ...ports, ...options });
}

/** A logger whose lines can be read. */
export function readableLogger() {
  const lines: string[] = [];
  const write = (text: string) => {
    lines.push((JSON.parse(text) as { msg: string }).msg);
  };
  return { lines, logger: createLogger('test', 'info', { write }) };
}
